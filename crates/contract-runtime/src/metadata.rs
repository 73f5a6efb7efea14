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

/// The path parameters that are the properties of `T`.
#[must_use]
pub fn path_parameters<T: JsonSchema + 'static>() -> Vec<ApiEndpointParameter> {
    <Path<Documented<T>> as SharedExtractor>::metadata(JSON).parameters
}

/// The query parameters that are the properties of `T`.
#[must_use]
pub fn query_parameters<T: JsonSchema + 'static>() -> Vec<ApiEndpointParameter> {
    <Query<Documented<T>> as SharedExtractor>::metadata(JSON).parameters
}

/// The headers that are the properties of `T`.
#[must_use]
pub fn header_parameters<T: JsonSchema + 'static>() -> Vec<ApiEndpointParameter> {
    <Header<Documented<T>> as SharedExtractor>::metadata(JSON).parameters
}

/// The body `T`.
#[must_use]
pub fn body_parameter<T>() -> Vec<ApiEndpointParameter>
where
    T: JsonSchema + DeserializeOwned + Send + Sync + 'static,
{
    <TypedBody<T> as ExclusiveExtractor>::metadata(JSON).parameters
}

/// An answer with the body `T` and the headers that are the properties of `H`.
#[must_use]
pub fn json_response<T, H>(status: StatusCode) -> ApiEndpointResponse
where
    T: JsonSchema + Serialize + Send + Sync + 'static,
    H: JsonSchema + Send + Sync + 'static,
{
    ApiEndpointResponse {
        success: Some(status),
        ..HttpResponseHeaders::<HttpResponseOk<T>, Documented<H>>::response_metadata()
    }
}

/// An answer without a body and with the headers that are the properties of `H`.
#[must_use]
pub fn empty_response<H>(status: StatusCode) -> ApiEndpointResponse
where
    H: JsonSchema + Send + Sync + 'static,
{
    ApiEndpointResponse {
        success: Some(status),
        ..HttpResponseHeaders::<HttpResponseUpdatedNoContent, Documented<H>>::response_metadata()
    }
}

/// An operation without a successful answer.
#[must_use]
pub fn undocumented_response() -> ApiEndpointResponse {
    ApiEndpointResponse::default()
}

/// The headers of an answer that declares none.
#[derive(Debug)]
pub struct NoHeaders {}

impl JsonSchema for NoHeaders {
    fn schema_name() -> String {
        "NoHeaders".to_owned()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        ObjectSchema::new(false).into()
    }
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

/// `schema` with the value that stands in for an absent one, as JSON text.
#[must_use]
pub fn with_default(schema: Schema, default: &str) -> Schema {
    let mut object = with_siblings(schema);
    object
        .metadata
        .get_or_insert_with(Box::<Metadata>::default)
        .default = serde_json::from_str(default).ok();
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
