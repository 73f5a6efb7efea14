//! Walks every operation with every id that belongs to somebody else: an owner of one restaurant
//! learns nothing of another one, and changes nothing there. Its own owner gets all of it by the same
//! ids, so that what is refused is there.

use booking_client::types::BookingId;
use booking_tests::{
    Examples, NOW, Request, SEATING_IDS, TestService, contract, document, is_optional, is_secured,
};
use contract_witness::Operation;
use serde_json::Value;

use super::security::callers::FREE_ALL_TABLES;
use crate::support::{
    BELLA, HIRSCH, SAKURA, book, booking_path, create, customer, examples, is_of_the_platform,
    send_in_any_status, wanted,
};

/// The name of a booking that is to move, where anybody may ask who has none.
const MOVING: &str = "excluding_booking_id";

/// A date on which every restaurant is open at six.
const WEDNESDAY: &str = "2027-02-17";

/// The names of the ids that an operation takes: its parameters', and those of its body, however deep.
fn ids(operation: &Operation) -> Vec<String> {
    let mut names = Vec::new();
    for parameter in parameters(operation) {
        let name = parameter["name"].as_str().unwrap();
        if name.ends_with("_id") {
            // Without it, everybody may ask.
            assert!(
                parameter["required"] == true || name == MOVING,
                "{} does without {name}: ask it with and without it here",
                operation.id
            );
            names.push(name.to_owned());
        }
    }
    if let Some(body) = Examples::new().body(&operation.id) {
        ids_in(&body, &mut names);
    }
    names
}

fn ids_in(value: &Value, names: &mut Vec<String>) {
    for (name, value) in value.as_object().into_iter().flatten() {
        if name.ends_with("_id") || name.ends_with("_ids") {
            names.push(name.clone());
        }
        ids_in(value, names);
    }
    for item in value.as_array().into_iter().flatten() {
        ids_in(item, names);
    }
}

fn parameters(operation: &Operation) -> impl Iterator<Item = &'static Value> {
    let declared = document().pointer(&operation.pointer).unwrap();
    let parameters = declared["parameters"].as_array().into_iter().flatten();
    parameters.map(|parameter| match parameter["$ref"].as_str() {
        Some(reference) => document()
            .pointer(reference.trim_start_matches('#'))
            .unwrap(),
        None => parameter,
    })
}

/// The dates on which nobody books.
const DATES: [&str; 4] = ["valid_from", "valid_to", "date_from", "date_to"];

fn takes_moving(operation: &Operation) -> bool {
    parameters(operation).any(|parameter| parameter["name"] == MOVING)
}

/// Somebody's restaurant, with something of everything that a restaurant has.
struct Tenant {
    restaurant: i64,
    owner: String,
    token: String,
    booking: BookingId,
    api_key: String,
    host: String,
    seating: Examples,
}

impl Tenant {
    async fn new(service: &TestService, restaurant: i64, name: &str) -> Self {
        let owner = service.add_account(name).await;
        service.hire(&owner, restaurant, "owner").await;
        let token = service.access_token(&owner, booking_tests::ALL_SCOPES, NOW);
        let booking = book(service, restaurant, WEDNESDAY, "19:00", 2).await;
        let mut tenant = Self {
            restaurant,
            owner,
            token,
            booking: booking.booking_id,
            api_key: String::new(),
            host: String::new(),
            seating: Examples::new(),
        };
        tenant.hire_and_equip(service, name).await;
        tenant
    }

    /// Another host, another key, other tables.
    async fn hire_and_equip(&mut self, service: &TestService, name: &str) {
        self.host = service.add_account(&format!("HostOf{name}")).await;
        service.hire(&self.host, self.restaurant, "host").await;
        let scopes = ["bookings:read"];
        self.api_key = service.create_api_key(self.restaurant, &scopes).await.0;
        let none = Examples::new();
        self.seating = service.with_seating(&none, self.restaurant, name).await;
    }

    /// Their id of this name.
    fn id(&self, name: &str) -> Value {
        match name {
            "restaurant_id" => self.restaurant.into(),
            "booking_id" | MOVING => self.booking.as_str().into(),
            "api_key_id" => self.api_key.as_str().into(),
            "user_id" => self.host.as_str().into(),
            other => match self.seating.value_of(other) {
                Some(id) => id.clone(),
                None => panic!("nothing says whose {other} is: say it here"),
            },
        }
    }

    /// What they ask an operation.
    fn examples(&self) -> Examples {
        let examples = examples(&self.booking).with("access_token", self.token.as_str());
        let examples = examples.with("If-Match", "*");
        let names = [
            "restaurant_id",
            "booking_id",
            MOVING,
            "api_key_id",
            "user_id",
        ];
        let names = names.into_iter().chain(SEATING_IDS).chain(DATES);
        let examples = names.fold(examples, |examples, name| {
            examples.with(name, self.id(name))
        });
        match self.seating.value_of("name") {
            Some(name) => examples.with("name", name.clone()),
            None => examples,
        }
    }
}

/// The second restaurant is closed on Mondays, and a party can only walk into an open one.
const OPEN_TODAY: &str = "
    WITH today AS (
        INSERT INTO special_days (restaurant_id, name, date_from, date_to)
            VALUES (2, 'Open', '2027-02-08', '2027-02-08') RETURNING *
    )
    INSERT INTO special_day_services (restaurant_id, special_day_id, first_seating, ends)
        SELECT restaurant_id, special_day_id, '17:00', '23:00' FROM today";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_operation_shows_or_changes_what_belongs_to_another_restaurant() {
    let service = TestService::start().await;
    let maria = Tenant::new(&service, BELLA, "Maria").await;
    let mut hans = Tenant::new(&service, HIRSCH, "Hans").await;
    let before = service.contents().await;
    let mut asked = 0;
    let mut granted = 0;
    let operations = contract().operations().iter();
    // Who books a table may be anybody, at any restaurant.
    let walked: Vec<_> = operations
        .filter(|operation| is_secured(&operation.pointer))
        .filter(|operation| {
            let may_be_anybody = is_optional(&operation.pointer) && !takes_moving(operation);
            !may_be_anybody && !ids(operation).is_empty()
        })
        .collect();
    for operation in &walked {
        let names = ids(operation);
        // Every mixture of own and foreign ids in which at least one is foreign.
        for mixture in 1..1_u32 << names.len() {
            let mixed =
                names.iter().enumerate().fold(
                    maria.examples(),
                    |mixed, (index, name)| match mixture & (1 << index) {
                        0 => mixed,
                        _ => mixed.with(name, hans.id(name)),
                    },
                );
            let answer = service.send(&mixed.request(&operation.id)).await;
            let shown = format!("{} {names:?} {mixture:b}: {}", operation.id, answer.text());
            let is_foreign = |(index, _): &(usize, &String)| mixture & (1 << index) != 0;
            let foreign = names.iter().enumerate().filter(is_foreign);
            let mut in_path = foreign.filter(|(_, name)| {
                parameters(operation).any(|parameter| parameter["name"] == name.as_str())
            });
            // Who does not run the installation may know what runs it. What of elsewhere a body names
            // is none of the restaurant's.
            let expected = match in_path.next() {
                _ if is_of_the_platform(operation) => 403,
                Some(_) => 404,
                None => 422,
            };
            assert_eq!(answer.status, expected, "{shown}");
            asked += 1;
        }
        if operation.method == "GET" {
            let answer = service.send(&hans.examples().request(&operation.id)).await;
            assert_eq!(answer.status, 200, "{}: {}", operation.id, answer.text());
            granted += 1;
        }
    }
    assert_eq!(service.contents().await, before);
    // What changes something is shown to be granted about other things of the same owner.
    service.sql(OPEN_TODAY).await;
    for operation in walked {
        // What is opened by the guest alone is not the restaurant's.
        let is_of_others = is_of_the_platform(operation) || operation.id == "rotateBookingSecret";
        if operation.method == "GET" || is_of_others {
            continue;
        }
        service.sql(FREE_ALL_TABLES).await;
        hans.booking = book(&service, HIRSCH, WEDNESDAY, "19:00", 2)
            .await
            .booking_id;
        hans.hire_and_equip(&service, &operation.id).await;
        let request = hans.examples().with("booking_date", WEDNESDAY);
        let request = request.request(&operation.id);
        let answer = send_in_any_status(&service, &hans.booking, &request).await;
        assert!(answer.status < 300, "{}: {}", operation.id, answer.text());
        granted += 1;
    }
    println!("{asked} requests with foreign ids, {granted} by the owner");
    assert!(asked > 0 && granted > 0, "no operation takes an id");
}

#[tokio::test]
async fn a_cursor_of_another_restaurant_or_person_leads_nowhere() {
    let service = TestService::start().await;
    let maria = Tenant::new(&service, BELLA, "Maria").await;
    let mut hans = Tenant::new(&service, HIRSCH, "Hans").await;
    hans.hire_and_equip(&service, "HansToo").await;
    service.hire(&hans.owner, SAKURA, "host").await;
    for time in ["20:00", "20:30"] {
        let mut own = wanted(HIRSCH, WEDNESDAY, time, 2);
        own.customer = Some(customer("hans@example.com").try_into().unwrap());
        create(&service, own).await.unwrap();
    }
    assert_eq!(hans.owner, "usr_Hans");
    let change = Request::patch(booking_path(&hans.booking));
    let change = change.json(&serde_json::json!({ "special_requests": "Window" }));
    assert_eq!(service.send(&change).await.status, 200);
    let mut lists = 0;
    for operation in contract().operations() {
        let mut declared = parameters(operation);
        if !is_secured(&operation.pointer) || !declared.any(|one| one["name"] == "cursor") {
            continue;
        }
        let id = operation.id.as_str();
        let first = hans.examples().request(id).with_query("limit=1");
        let first = service.send(&first).await;
        assert_eq!(first.status, 200, "{id}: {}", first.text());
        let cursor = first.json()["pagination"]["next_cursor"].clone();
        let cursor = cursor.as_str().expect("there is more than one");
        let next = format!("limit=1&cursor={cursor}");
        let further = service
            .send(&hans.examples().request(id).with_query(&next))
            .await;
        assert_eq!(further.status, 200, "{id}: {}", further.text());
        let stolen = service
            .send(&maria.examples().request(id).with_query(&next))
            .await;
        stolen.refused(400, "INVALID_CURSOR");
        lists += 1;
    }
    println!("{lists} lists with cursors of somebody else");
    assert!(lists > 0, "no list has pages");
}
