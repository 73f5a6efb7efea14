//! What Dropshot is told of parameters, bodies and answers, so that the document which it
//! derives can be compared with the contract.

use dropshot::{
    ApiEndpointBodyContentType, ApiEndpointParameter, ApiEndpointResponse, Header,
    HttpResponseHeaders, HttpResponseOk, HttpResponseUpdatedNoContent, Path, Query,
    SharedExtractor, TypedBody,
};
use dropshot::{ExclusiveExtractor, HttpResponse};
use http::StatusCode;
use schemars::JsonSchema;
use schemars::r#gen::SchemaGenerator;
use schemars::schema::{Metadata, ObjectValidation, Schema, SchemaObject, SubschemaValidation};
use serde::de::{DeserializeOwned, Deserializer, Error};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use std::marker::PhantomData;

use crate::parameters::{ParameterField, ParameterPlace};

/// Stands in for a type of parameters or headers where Dropshot documents it: it wants a type that
/// serde can read or write, and ours is neither read nor written by Dropshot.
struct Documented<T>(PhantomData<fn() -> T>);

impl<'de, T> Deserialize<'de> for Documented<T> {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(D::Error::custom("this type documents and is never read"))
    }
}

impl<T> Serialize for Documented<T> {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom(
            "this type documents and is never written",
        ))
    }
}

impl<T: JsonSchema> JsonSchema for Documented<T> {
    fn schema_name() -> String {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

const JSON: ApiEndpointBodyContentType = ApiEndpointBodyContentType::Json;

/// The parameters in `place` that are the properties of `T`.
#[must_use]
pub fn parameters<T: JsonSchema + 'static>(place: ParameterPlace) -> Vec<ApiEndpointParameter> {
    match place {
        ParameterPlace::Path => <Path<Documented<T>> as SharedExtractor>::metadata(JSON),
        ParameterPlace::Query => <Query<Documented<T>> as SharedExtractor>::metadata(JSON),
        ParameterPlace::Headers => <Header<Documented<T>> as SharedExtractor>::metadata(JSON),
    }
    .parameters
}

/// The body `T`.
#[must_use]
pub fn body_parameter<T>() -> Vec<ApiEndpointParameter>
where
    T: JsonSchema + DeserializeOwned + Send + Sync + 'static,
{
    <TypedBody<T> as ExclusiveExtractor>::metadata(JSON).parameters
}

/// What one declared answer carries.
#[derive(Debug)]
pub struct ResponseMetadata {
    status: StatusCode,
    response: ApiEndpointResponse,
}

impl ResponseMetadata {
    /// An answer with neither a body nor headers.
    #[must_use]
    pub fn new(status: StatusCode) -> Self {
        Self {
            status,
            response: ApiEndpointResponse {
                success: Some(status),
                ..HttpResponseUpdatedNoContent::response_metadata()
            },
        }
    }

    /// With the body `T`.
    #[must_use]
    pub fn body<T: JsonSchema + Serialize + Send + Sync + 'static>(mut self) -> Self {
        self.response.schema = HttpResponseOk::<T>::response_metadata().schema;
        self
    }

    /// With the headers that are the properties of `H`.
    #[must_use]
    pub fn headers<H: JsonSchema + Send + Sync + 'static>(mut self) -> Self {
        type Headers<H> = HttpResponseHeaders<HttpResponseUpdatedNoContent, Documented<H>>;
        self.response.headers = Headers::<H>::response_metadata().headers;
        self
    }
}

/// The first of these answers that is a success; Dropshot lists no others.
#[must_use]
pub fn first_success<const N: usize>(responses: [ResponseMetadata; N]) -> ApiEndpointResponse {
    responses
        .into_iter()
        .find(|response| response.status.is_success())
        .map(|response| response.response)
        .unwrap_or_default()
}

/// Builds the schema of a generated object.
#[derive(Debug, Default)]
pub struct ObjectSchema {
    object: ObjectValidation,
}

impl ObjectSchema {
    /// No properties yet; `closed` refuses all that are not added.
    #[must_use]
    pub fn new(closed: bool) -> Self {
        let additional_properties = closed.then(|| Box::new(Schema::Bool(false)));
        Self {
            object: ObjectValidation {
                additional_properties,
                ..ObjectValidation::default()
            },
        }
    }

    /// One property more.
    #[must_use]
    pub fn property(mut self, name: &str, required: bool, schema: Schema) -> Self {
        if required {
            self.object.required.insert(name.to_owned());
        }
        self.object.properties.insert(name.to_owned(), schema);
        self
    }

    /// One parameter more, with the text that stands in for an absent one.
    #[must_use]
    pub fn parameter<P: ParameterField>(
        self,
        name: &str,
        default: Option<&str>,
        generator: &mut SchemaGenerator,
    ) -> Self {
        let schema = P::schema(generator);
        let (required, schema) = match default {
            None => (P::REQUIRED, schema),
            Some(text) if P::IS_TEXT => (false, with_default(schema, Some(Value::from(text)))),
            Some(text) => (false, with_default(schema, serde_json::from_str(text).ok())),
        };
        self.property(name, required, schema)
    }
}

impl From<ObjectSchema> for Schema {
    fn from(schema: ObjectSchema) -> Self {
        SchemaObject {
            instance_type: Some(schemars::schema::InstanceType::Object.into()),
            object: Some(Box::new(schema.object)),
            ..SchemaObject::default()
        }
        .into()
    }
}

/// `schema` that may be `null` as well.
#[must_use]
pub fn nullable(schema: Schema) -> Schema {
    let mut object = with_siblings(schema);
    object
        .extensions
        .insert("nullable".to_owned(), Value::Bool(true));
    object.into()
}

/// `schema` with the value that stands in for an absent one.
fn with_default(schema: Schema, default: Option<Value>) -> Schema {
    let mut object = with_siblings(schema);
    object
        .metadata
        .get_or_insert_with(Box::<Metadata>::default)
        .default = default;
    shielded(object)
}

/// The schema of a repeated query parameter. Dropshot registers only scalars there, so the
/// items' schema stands in its place and carries the list's own rules as `x-repeated`, from
/// which the comparison with the contract makes a list again.
#[must_use]
pub fn repeated(list: Schema) -> Schema {
    let Schema::Object(SchemaObject {
        array: Some(array), ..
    }) = list
    else {
        return list;
    };
    let item = match array.items {
        Some(schemars::schema::SingleOrVec::Single(item)) => *item,
        _ => Schema::Bool(true),
    };
    let rules = serde_json::json!({
        "minItems": array.min_items,
        "maxItems": array.max_items,
        "uniqueItems": array.unique_items.unwrap_or(false),
    });
    shielded(SchemaObject {
        subschemas: Some(all_of(item)),
        extensions: [("x-repeated".to_owned(), rules)].into_iter().collect(),
        ..SchemaObject::default()
    })
}

/// Dropshot takes the outermost `allOf` of a parameter apart and forgets all that stands beside
/// it, a default as well; so whatever it must not forget stands one level deeper.
fn shielded(schema: SchemaObject) -> Schema {
    SchemaObject {
        subschemas: Some(all_of(schema.into())),
        ..SchemaObject::default()
    }
    .into()
}

/// OpenAPI 3.0 ignores what stands beside a `$ref`, so a reference is wrapped.
fn with_siblings(schema: Schema) -> SchemaObject {
    match schema {
        Schema::Object(object) if object.reference.is_none() => object,
        reference => SchemaObject {
            subschemas: Some(all_of(reference)),
            ..SchemaObject::default()
        },
    }
}

fn all_of(schema: Schema) -> Box<SubschemaValidation> {
    Box::new(SubschemaValidation {
        all_of: Some(vec![schema]),
        ..SubschemaValidation::default()
    })
}
