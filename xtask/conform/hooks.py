"""What a valid request to the service needs beyond what JSON Schema can say.

Schemathesis makes requests that follow the contract's schemas. A few of its rules stand in words
only, and are refused with a 400: a date must not be past, `date_to` not before `date_from`, `page`
and `cursor` exclude each other, `latitude` and `longitude` go together, and a cursor cannot be
invented. Requests that are meant to be valid are led within these rules here. In requests that are
meant to be wrong, what is wrong stays.

Nearly every restaurant, booking and version of a booking that is made up does not exist. Half of
them become ones that do, those of the contract's examples always, and half of the times of day
become ones at which tables are booked: so there are successes, whose answers are checked and whose
links are followed. Nobody can make up a token: what demands one is asked with that of an account of
this run, which owns every restaurant of the demo and runs the installation, and every second address,
password and token of a mail becomes that account's. What a booking's secret opens is asked half of the
time with that.
"""

import datetime
import functools
import itertools
import json
import math
import re
import sys
import time
import urllib.error
import urllib.request

import schemathesis
from schemathesis.generation.meta import TestPhase

EXAMPLE_BOOKING = "bk_7x3mN9pQs2"
EXAMPLE_ENTITY_TAG = '"3"'
EXAMPLE_HOLD = "hd_4kQ9sT2vXb"
EXAMPLE_KEY = "001IYT0XLWR"
EXAMPLE_MEMBER = "usr_4kQ9sT2vXb"

# The restaurants of the demo, which were entered first, by their names.
RESTAURANTS = (1, 4, 3, 2)

# What a slot says besides its date and time.
OF_A_SLOT = ("utc_offset", "service_date", "area_id", "is_area_required")

# What only the restaurant says of a booking, or of who walks in.
OF_THE_RESTAURANT = ("source", "internal_note", "tags", "table_ids", "override", "override_reason")

# Dates are moved to within these weeks, with their day of the week. They begin on a Monday, so
# that a run does not depend on the day on which it is made.
WEEKS = 4
TODAY = datetime.date.today()
FIRST_MONDAY = TODAY + datetime.timedelta(days=14 - TODAY.weekday())

# Dates from this year on stay where they are: valid, and further ahead than bookings are taken.
FAR_AHEAD = 2500

# When every restaurant of the demo serves dinner, from Tuesday to Saturday.
DINNERS = [f"{hour}:{minute}" for hour in (18, 19, 20) for minute in ("00", "30")]

# The account of this run, which is there from the start, without a password; and members of the staff of
# every restaurant, of whom each can be removed once.
EMAIL = "conform@example.com"
MEMBERS = itertools.cycle(f"usr_conform{number}" for number in range(400))
PASSWORD = "quiet river under seven stones"
NEW_ADDRESSES = itertools.count()
KEYS = itertools.count()
TOKEN = {}
SPARE = {}
SEATING_NUMBERS = itertools.count()
SPARE_PARTS = set()

# The secrets of the bookings that were made here, by their ids.
SECRETS = {}

# The holds of this run that may still be live.
HOLDS = []

# The bookings of those who have walked in and sit.
WALK_INS = []

# What is said of a party before an operation that says something of it, so that it can be said; and a
# booking for each of them, whose time has nearly come. Two are there from the start.
STEPS = {
    "confirmBooking": [],
    "markArrived": [],
    "seatBooking": [],
    "finishBooking": ["seat"],
    "undoBookingStep": ["arrive"],
    "declineBooking": [],
    "markNoShow": [],
}
DUE = {"declineBooking": "bk_conformpending", "markNoShow": "bk_conformconfirmed"}

# Further weeks, in which no table is asked for twice.
QUIET_WEEKS = 40
QUIET_SLOTS = itertools.count()


@schemathesis.hook
def before_call(context, case, kwargs):
    """Leads a request that is meant to be valid within the rules that stand in words."""
    if case.meta is None:
        return
    # What is wrong with a request is not to be hidden behind a restaurant or a booking that does
    # not exist, or behind a date that is past.
    use_real_restaurant(case)
    use_real_booking(case)
    use_real_member(case)
    use_real_key(case)
    if case.meta.generation.mode.is_positive:
        use_real_hold(case)
    show_credential(case)
    use_dates_ahead(case)
    if case.meta.generation.mode.is_positive:
        use_real_version(case)
        use_own_origin(case)
        use_own_key(case)
        lead_query(case)
        if is_seating(case) and case.method in ("POST", "PUT", "DELETE"):
            lead_seating(case)
        if isinstance(case.body, dict):
            lead_body(case)
            lead_account(case)


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Tells schemathesis where the tokens of `oauth` travel, so that it tries what is without one, or with a
    bad one: it knows of no header for a scheme of OAuth 2.0."""
    schemes = raw_schema["components"]["securitySchemes"]
    for name, scheme in schemes.items():
        if scheme["type"] == "oauth2":
            schemes[name] = {"type": "http", "scheme": "bearer"}


@schemathesis.auth(refresh_interval=None)
class Credential:
    """Says that requests show a credential, so that schemathesis makes up none. Which one it is depends
    on what a request is about in the end: `show_credential`. What schemathesis asks without a
    credential, or with one that it spoils, is asked as it is."""

    def get(self, case, context):
        return "shown before the call"

    def set(self, case, data, context):
        pass


def show_credential(case):
    """Shows the token of this run's account, or the secret of a booking."""
    if not case._has_explicit_auth:
        return
    definition = case.operation.definition.raw
    security = definition.get("security", case.operation.schema.raw_schema.get("security", []))
    secret = SECRETS.get((case.path_parameters or {}).get("booking_id"))
    # Only its guest may replace the secret.
    guest_only = definition.get("operationId") == "rotateBookingSecret"
    if secret and any("bookingSecret" in way for way in security) and (guest_only or is_even(secret)):
        case.headers = {**(case.headers or {}), "Booking-Secret": secret}
    elif any("refreshCookie" in way for way in security):
        cookie = {"__Secure-refresh_token": login(case)["refresh_token"]}
        case.cookies = {**(case.cookies or {}), **cookie}
    elif any("oauth" in way for way in security):
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {access_token(case)}"}


@functools.cache
def account(base_url):
    """Gives the account of this run its password."""
    post(base_url, "/auth/password-reset", {"email": EMAIL})
    reset = {"token": mailed_token(base_url, EMAIL, "reset_password"), "password": PASSWORD}
    post(base_url, "/auth/password-reset/confirm", reset)
    return EMAIL


def login(case):
    """The tokens of a new login."""
    base_url = case.operation.schema.get_base_url()
    return post(base_url, "/auth/login", {"email": account(base_url), "password": PASSWORD})


def access_token(case):
    """An access token, which is good for fifteen minutes and replaced after ten."""
    if time.monotonic() - TOKEN.get("since", -math.inf) > 600:
        TOKEN.update(since=time.monotonic(), text=login(case)["access_token"])
    return TOKEN["text"]


def lead_account(case):
    """Puts what opens accounts in the place of every second thing that does not."""
    base_url = case.operation.schema.get_base_url()
    operation = case.operation.definition.raw.get("operationId")
    body = dict(case.body)
    if not is_even(json.dumps(body, sort_keys=True)) and case.meta.phase.name is TestPhase.FUZZING:
        return
    if operation in ("login", "createSession"):
        body = {"email": account(base_url), "password": PASSWORD}
    elif operation in ("refreshToken", "logout"):
        body = {"refresh_token": login(case)["refresh_token"]}
    elif operation == "verifyEmail":
        email = f"conform-{next(NEW_ADDRESSES)}@example.com"
        post(base_url, "/users", {"name": "Sarah Chen", "email": email})
        body = {"token": mailed_token(base_url, email, "verify_email"), "password": PASSWORD}
    elif operation == "resetPassword":
        post(base_url, "/auth/password-reset", {"email": account(base_url)})
        body = {"token": mailed_token(base_url, EMAIL, "reset_password"), "password": PASSWORD}
    elif operation == "acceptInvitation":
        path = f"/restaurants/{real_restaurant(case, 1)}/invitations"
        post(base_url, path, {"email": account(base_url), "role": "host"}, access_token(case))
        body = {"token": mailed_token(base_url, EMAIL, "staff_invitation")}
    elif operation == "changePassword":
        body = {"current_password": PASSWORD, "new_password": PASSWORD}
    elif operation == "createRestaurant":
        body["time_zone"] = "America/New_York"
        body["opening_hours"] = body["opening_hours"][:1]
        body.pop("tables", None)
    elif operation in ("updateMe", "updateRestaurant", "updateBookingPolicy"):
        case.headers = {**(case.headers or {}), "If-Match": "*"}
    if body != case.body:
        case.body = body


def mailed_token(base_url, email, kind):
    """The token of the mail that was written last."""
    root = base_url.removesuffix("/api/v1")
    with urllib.request.urlopen(f"{root}/mails", timeout=10) as response:
        mails = json.load(response)["mails"]
    return [mail for mail in mails if (mail["to"], mail["kind"]) == (email, kind)][-1]["token"]


def post(base_url, path, body, token=None):
    """Asks for something that must be granted."""
    credential = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(
        base_url + path,
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", **credential},
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        text = response.read()
    return json.loads(text) if text else None


def use_real_restaurant(case):
    """Puts a restaurant of the demo in the place of every second one that does not exist."""
    path, body = case.path_parameters or {}, case.body
    if "restaurant_id" in path:
        identifier = real_restaurant(case, path["restaurant_id"])
        case.path_parameters = {**path, "restaurant_id": identifier}
    if isinstance(body, dict) and isinstance(body.get("restaurant_id"), int):
        case.body = {**body, "restaurant_id": real_restaurant(case, body["restaurant_id"])}
    query = case.query or {}
    if "restaurant_id" in query:
        identifier = real_restaurant(case, query["restaurant_id"])
        case.query = {**query, "restaurant_id": identifier}


def real_restaurant(case, given):
    """A restaurant of the demo for odd numbers, the contract's example among them."""
    # In the path it may have become text. What is no number of a restaurant stays.
    if not re.fullmatch("[1-9][0-9]{0,14}", str(given), re.ASCII):
        return given
    identifier = int(given)
    operation = case.operation.definition.raw.get("operationId")
    if operation in ("suspendRestaurant", "reinstateRestaurant"):
        # Those of the demo are not to be hidden from all other operations.
        is_real = identifier % 2 == 1 or identifier in RESTAURANTS
        return spare_restaurant(case) if is_real else given
    if (operation == "updateBookingPolicy" or is_seating(case)) and identifier % 2 == 1:
        # The rules of the others stay as all other operations expect them.
        return RESTAURANTS[-1]
    if identifier in RESTAURANTS or identifier % 2 == 0:
        return given
    return RESTAURANTS[identifier // 2 % len(RESTAURANTS)]


def is_seating(case):
    """Whether an operation says how a restaurant seats."""
    return case.operation.definition.raw.get("tags") == ["Seating"]


def lead_seating(case):
    """Makes parts of how a restaurant seats agree with the others, and names one that is there."""
    case.headers = {**(case.headers or {}), "If-Match": "*"}
    path = case.path_parameters or {}
    restaurant = str(path.get("restaurant_id"))
    if restaurant not in map(str, RESTAURANTS):
        return
    kind = case.operation.path.split("/")[3]
    number = next(SEATING_NUMBERS)
    if case.method == "POST":
        leave_room(case, f"/restaurants/{restaurant}/{kind}")
    if isinstance(case.body, dict):
        case.body = agreeing_part(case, restaurant, kind, number, case.body)
    # A walk along links names a part itself.
    if case.meta.phase.name is not TestPhase.STATEFUL:
        for name in path:
            if name != "restaurant_id":
                case.path_parameters = {**path, name: spare_part(case, restaurant, kind, number)}


def leave_room(case, path):
    """Takes away the oldest of many parts, so that the limit is not reached at some step of a walk."""
    parts, _ = get(case, path)
    made = [part["id"] for part in parts["data"] if part.get("name", "").startswith("Part ")]
    if len(made) > 25:
        is_used = path.rsplit("/", 1)[1] in ("areas", "tables", "table-combinations")
        get(case, f"{path}/{min(made)}{'?force=true' if is_used else ''}", method="DELETE")


def two_tables(case, restaurant):
    """Tables that can be put together: two of the restaurant, whichever are left."""
    path = f"/restaurants/{restaurant}/tables"
    tables = [table["id"] for table in get(case, path)[0]["data"][:2]]
    while len(tables) < 2:
        new = {"name": f"Spare {next(SEATING_NUMBERS)}", "min_party": 20, "max_party": 20}
        tables.append(get(case, path, new)[0]["id"])
    return tables


def agreeing_part(case, restaurant, kind, number, settings):
    """A part that agrees with the others, as near to what is given as that can be."""
    part = dict(settings)
    day = datetime.date(2600, 1, 1) + datetime.timedelta(days=2 * number)
    if "name" in part or kind in ("areas", "tables", "table-combinations"):
        part["name"] = f"Part {number}"
    if {"min_party", "max_party"} <= part.keys():
        part["min_party"], part["max_party"] = sorted((part["min_party"], part["max_party"]))
    for place in ("area_id", "table_id"):
        part.pop(place, None)
    if kind == "table-combinations":
        part["table_ids"] = two_tables(case, restaurant)
    elif kind == "service-periods":
        part["valid_from"] = part["valid_to"] = day.isoformat()
        part["service"] = agreeing_service(part["service"])
    elif kind == "special-days":
        part["date_from"] = part["date_to"] = day.isoformat()
        part["services"] = [agreeing_service(service) for service in part["services"][:1]]
    elif kind == "blockouts":
        part["starts_date"] = day.isoformat()
        part["ends_date"] = (day + datetime.timedelta(days=1)).isoformat()
    return part


def agreeing_service(service):
    """A service without what could contradict its hours."""
    return {name: value for name, value in service.items() if name not in ("last_seating", "turn_steps")}


def spare_part(case, restaurant, kind, number):
    """A part that nothing else is asked about."""
    path = f"/restaurants/{restaurant}/{kind}"
    parts, _ = get(case, path)
    made = [part["id"] for part in parts["data"] if part["id"] in SPARE_PARTS]
    if not made:
        day = (datetime.date(2600, 1, 2) + datetime.timedelta(days=2 * number)).isoformat()
        service = {"first_seating": "07:00", "ends": "09:00"}
        part, _ = get(case, path, {
            "areas": {"name": f"Spare {number}", "setting": "indoor"},
            "tables": {"name": f"Spare {number}", "min_party": 20, "max_party": 20},
            "table-combinations": {
                "name": f"Spare {number}", "min_party": 20, "max_party": 20,
                "table_ids": two_tables(case, restaurant) if kind == "table-combinations" else [],
            },
            "service-periods": {
                "name": "Spare", "days": ["monday"], "valid_from": day, "valid_to": day,
                "service": service,
            },
            "special-days": {"name": "Spare", "date_from": day, "date_to": day, "services": []},
            "blockouts": {
                "starts_date": day, "starts_time": "12:00", "ends_date": day, "ends_time": "13:00",
            },
        }[kind])
        SPARE_PARTS.add(part["id"])
        made = [part["id"]]
    return made[0]


def spare_restaurant(case):
    """A restaurant that nothing else is asked about, so that it can be suspended."""
    if "restaurant" not in SPARE:
        restaurant, _ = get(
            case,
            "/restaurants",
            {
                "name": "Trattoria Lucia",
                "cuisine": "Italian",
                "address": "12 Court St, Brooklyn, NY",
                "lat": 40.6926,
                "lng": -73.9917,
                "time_zone": "America/New_York",
                "opening_hours": [],
                "owner_email": "lucia@example.com",
            },
        )
        SPARE["restaurant"] = restaurant["id"]
    return SPARE["restaurant"]


def use_real_booking(case):
    """Puts a new booking in the place of every second one that does not exist."""
    path, query = case.path_parameters or {}, case.query or {}
    if "booking_id" in path:
        case.path_parameters = {**path, "booking_id": real_booking(case, path["booking_id"])}
    if "excluding_booking_id" in query:
        identifier = real_booking(case, query["excluding_booking_id"])
        case.query = {**query, "excluding_booking_id": identifier}


def real_booking(case, given):
    """A booking that is there, for the contract's example and every second other one."""
    # What is no id of a booking stays.
    if not re.fullmatch("bk_[0-9A-Za-z]{1,32}", str(given), re.ASCII):
        return given
    if given != EXAMPLE_BOOKING and not is_even(given):
        return given
    operation = case.operation.definition.raw.get("operationId")
    if operation in STEPS:
        return due_booking(case, operation)
    booking, _ = get(case, f"/bookings/{given}")
    if booking is None:
        booking, _ = book(case)
    return booking["booking_id"]


def use_real_member(case):
    """Puts a member of the staff in the place of every second one who does not work there."""
    path = case.path_parameters or {}
    identifier = str(path.get("user_id"))
    is_id = re.fullmatch("usr_[0-9A-Za-z]{1,32}", identifier, re.ASCII)
    # The smallest one is asked about most.
    if is_id and (identifier in (EXAMPLE_MEMBER, "usr_0") or is_even(identifier)):
        case.path_parameters = {**path, "user_id": next(MEMBERS)}


def use_real_key(case):
    """Puts a new key in the place of every second one that does not exist."""
    path = case.path_parameters or {}
    identifier = str(path.get("api_key_id"))
    if not re.fullmatch("[0-9A-Za-z]{11}", identifier, re.ASCII):
        return
    restaurant = str(path["restaurant_id"])
    is_number = re.fullmatch("[1-9][0-9]{0,14}", restaurant, re.ASCII)
    if is_number and (identifier == EXAMPLE_KEY or is_even(identifier)):
        key, _ = get(case, f"/restaurants/{restaurant}/api-keys/{identifier}")
        if key is None:
            expires_at = f"{FIRST_MONDAY}T00:00:00Z"
            new = {"name": "Till", "scopes": ["bookings:read"], "expires_at": expires_at}
            key, _ = get(case, f"/restaurants/{restaurant}/api-keys", new)
        if key is not None:
            case.path_parameters = {**path, "api_key_id": key["api_key_id"]}


def use_real_hold(case):
    """Puts a new hold in the place of every second one that does not exist, with its secret."""
    path, query = case.path_parameters or {}, case.query or {}
    # The rules of the last restaurant change, and what is held of the others is theirs.
    restaurant = str(RESTAURANTS[0])
    is_real = str(path.get("restaurant_id")) in map(str, RESTAURANTS)
    is_real = is_real and case.meta.phase.name is not TestPhase.STATEFUL
    for place in (path, query):
        identifier = str(place.get("hold_id", place.get("hold")))
        if not (re.fullmatch("hd_[0-9A-Za-z]{1,32}", identifier, re.ASCII) and is_real):
            continue
        if identifier in (EXAMPLE_HOLD, "hd_0") or is_even(identifier):
            hold = make_hold(case, restaurant)
            if place is path:
                case.path_parameters = {"restaurant_id": restaurant, "hold_id": hold["hold_id"]}
            else:
                case.path_parameters = {**path, "restaurant_id": restaurant}
                case.query = {**query, "hold": hold["hold_id"]}
            case.headers = {**(case.headers or {}), "Hold-Secret": hold["hold_secret"]}


def make_hold(case, restaurant):
    """A hold at a time at which nobody asks for a table."""
    release_holds(case)
    date, time = quiet_slot()
    new = {"booking_date": date, "booking_time": time, "party_size": 2}
    hold, _ = get(case, f"/restaurants/{restaurant}/holds", new)
    HOLDS.append(hold)
    return hold


def release_holds(case):
    """Gives back every hold of this run but the last, which a walk may be about, so that it has not as many
    as it may have."""
    while len(HOLDS) > 1:
        hold = HOLDS.pop(0)
        request = urllib.request.Request(
            f"{case.operation.schema.get_base_url()}/restaurants/{hold['restaurant_id']}/holds/"
            f"{hold['hold_id']}",
            headers={"Hold-Secret": hold["hold_secret"]},
            method="DELETE",
        )
        try:
            urllib.request.urlopen(request, timeout=10).close()
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise


def lead_walk_in(case, body):
    """Seats two, whatever time it is, once those have left who have walked in before."""
    while WALK_INS:
        get(case, f"/bookings/{WALK_INS.pop()}/finish", method="POST")
    for name in ("table_ids", *OF_A_SLOT):
        body.pop(name, None)
    body["party_size"] = 2
    body["override"] = ["hours", "pacing", "capacity", "party_size", "blockouts"]


@schemathesis.hook
def after_call(context, case, response):
    """Remembers the holds of this run, and who has walked in."""
    operation = case.operation.definition.raw.get("operationId")
    if operation == "createHold" and response.status_code == 201:
        HOLDS.append(response.json())
    if operation == "createWalkIn" and response.status_code == 201:
        WALK_INS.append(response.json()["booking_id"])


def use_real_version(case):
    """Puts the version that a booking has in the place of every second one in a header."""
    for name in ("If-Match", "If-None-Match"):
        value = (case.headers or {}).get(name)
        if "booking_id" not in (case.path_parameters or {}):
            continue
        # In the coverage phase schemathesis makes headers of letters and digits only. An entity
        # tag has quotes, so it puts a wrong one into requests that it takes for valid.
        if value is not None and (value.isalnum() or is_even(value) or value == EXAMPLE_ENTITY_TAG):
            _, entity_tag = get(case, f"/bookings/{case.path_parameters['booking_id']}")
            case.headers[name] = entity_tag or "*"


def use_own_origin(case):
    """Puts the service's own site in the place of every other one."""
    if "Origin" in (case.headers or {}):
        case.headers["Origin"] = "http://localhost:8080"


def use_own_key(case):
    """Puts a key of its own in the place of every other one: with that of another request, a request is
    refused."""
    if "Idempotency-Key" in (case.headers or {}):
        case.headers["Idempotency-Key"] = f"key-{next(KEYS)}"


def is_even(text):
    """A property that half of all texts have, and the same ones in every run."""
    return sum(text.encode()) % 2 == 0


def use_dates_ahead(case):
    """Moves the dates at which tables are asked for to within the weeks to come."""
    query, body = case.query or {}, case.body
    if "date" in query:
        case.query = {**query, "date": date_ahead(query["date"])}
    if isinstance(body, dict) and "booking_date" in body:
        case.body = {**body, "booking_date": date_ahead(body["booking_date"])}


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Leaves out of walks along links what they do not need: a walk in which Hypothesis has drawn too
    much is given up without a word, and then no walk begins with a booking."""
    if any("stateful" in argument for argument in sys.argv):
        schemas = raw_schema["components"]["schemas"]
        for schema in ("NewBooking", "BookingChange", "NewHold", "NewWalkIn"):
            for name in (*OF_A_SLOT, *OF_THE_RESTAURANT, "staff", "hold"):
                # Whoever walks in is seated by overriding.
                if (schema, name) != ("NewWalkIn", "override"):
                    schemas[schema]["properties"].pop(name, None)
        for schema in ("Service", *(name for name in schemas if name.endswith("Settings"))):
            needed = {*schemas[schema].get("required", ()), "valid_from", "valid_to"}
            properties = schemas[schema]["properties"].items()
            schemas[schema]["properties"] = {
                name: property for name, property in properties if name in needed
            }
        unneeded = [f"#/components/parameters/{name}" for name in ("IdempotencyKey", "Hold", "HoldSecret")]
        for operations in raw_schema["paths"].values():
            for operation in operations.values():
                parameters = operation.get("parameters", [])
                operation["parameters"] = [
                    it for it in parameters if it.get("$ref") not in unneeded
                ]


def lead_query(case):
    """Keeps dates in order, and leaves out cursors that no page has given."""
    query = dict(case.query or {})
    query.pop("cursor", None)
    # A place has two numbers.
    if ("latitude" in query) != ("longitude" in query):
        query.pop("latitude", None)
        query.pop("longitude", None)
    # As text, dates of this form are in the order of the calendar.
    if "date_from" in query and "date_to" in query:
        query["date_from"], query["date_to"] = sorted((query["date_from"], query["date_to"]))
    if query != (case.query or {}):
        case.query = query


def lead_body(case):
    """Moves half of the bookings to dinner, and most of those to tables that are free."""
    body = dict(case.body)
    if "booking_time" in body:
        body["booking_time"] = often_dinner(body["booking_time"])
    # Of a slot they go together; made up, they are of none.
    if case.meta.phase.name is not TestPhase.FUZZING:
        for name in OF_A_SLOT:
            body.pop(name, None)
    # A hold is one's own, and good for one booking.
    body.pop("hold", None)
    if case.operation.definition.raw.get("operationId") == "createHold":
        body["booking_date"], body["booking_time"] = quiet_slot()
        body["party_size"] = 2
        for name in OF_A_SLOT:
            body.pop(name, None)
        release_holds(case)
    if case.operation.definition.raw.get("operationId") == "createWalkIn" and (
        case.meta.phase.name is not TestPhase.FUZZING or is_even(json.dumps(body, sort_keys=True))
    ):
        lead_walk_in(case, body)
    # Guests say nothing that only the restaurant knows.
    if "Authorization" not in (case.headers or {}):
        for name in ("source", "internal_note", "tags"):
            body.pop(name, None)
    # Guests and keys say nothing that only the staff can, and what is without it is granted.
    if body.pop("staff", None) is not None and "restaurant_id" in body:
        body["booking_date"], body["booking_time"] = quiet_slot()
        body["restaurant_id"], body["party_size"] = RESTAURANTS[0], 2
        for name in OF_A_SLOT:
            body.pop(name, None)
    # The fuzzing phase is to find tables taken. The stateful phase ends early when the same steps
    # lead elsewhere than before, as they do once a table is taken.
    if case.meta.phase.name is not TestPhase.FUZZING and body.get("booking_time") in DINNERS:
        body["booking_date"], body["booking_time"] = quiet_slot()
    # A key that is asked for has a future.
    if isinstance(body.get("expires_at"), str) and body["expires_at"] <= f"{TODAY}T99":
        body["expires_at"] = f"{FIRST_MONDAY}T00:00:00Z"
    if case.meta.phase.name is TestPhase.STATEFUL and "party_size" in body:
        # Every restaurant of the demo has tables for four.
        body["party_size"] = min(body["party_size"], 4)
    if body != case.body:
        case.body = body


def date_ahead(text):
    """A date of the weeks to come, with the same day of the week."""
    # What is no date stays.
    if not isinstance(text, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        return text
    try:
        date = datetime.date.fromisoformat(text)
    except ValueError:
        return text
    if date.year >= FAR_AHEAD:
        return text
    # Day 1 of the calendar is a Monday.
    days = (date.toordinal() - 1) % (7 * WEEKS)
    return (FIRST_MONDAY + datetime.timedelta(days=days)).isoformat()


def often_dinner(text):
    """A time of day; of two that follow each other, one becomes a time of dinner."""
    hour, minute = map(int, text.split(":"))
    minutes = 60 * hour + minute
    return DINNERS[minutes // 2 % len(DINNERS)] if minutes % 2 == 0 else text


def quiet_slot():
    """A date and a time that are given once; the parties of two of them never meet."""
    number = next(QUIET_SLOTS)
    week, day = divmod(number // 2, 5)
    tuesday = FIRST_MONDAY + datetime.timedelta(weeks=WEEKS + week % QUIET_WEEKS, days=1)
    date = tuesday + datetime.timedelta(days=day)
    return date.isoformat(), (DINNERS[0], DINNERS[-1])[number % 2]


def book(case):
    """Makes a booking at the first restaurant, at the first time that is free in the quiet weeks."""
    date, time = quiet_slot()
    booking, entity_tag = get(
        case,
        "/bookings",
        {
            "restaurant_id": RESTAURANTS[0],
            "booking_date": date,
            "booking_time": time,
            "party_size": 2,
            "customer": {
                "name": "Sarah Chen",
                "email": "sarah.chen@example.com",
                "phone": "+1-555-123-4567",
            },
        },
        is_guest=True,
    )
    SECRETS[booking["booking_id"]] = booking["booking_secret"]
    return booking, entity_tag


def due_booking(case, operation):
    """A booking of the operation's own, whose time has nearly come, and of which the steps before are
    said."""
    if operation not in DUE:
        # What the clock of the restaurant shows, or an hour more or less where it is set meanwhile:
        # within the hours in which a party may come.
        offset = book(case)[0]["utc_offset"]
        soon = datetime.datetime.now(datetime.timezone(datetime.timedelta(
            hours=int(offset[:3]), minutes=int(offset[0] + offset[4:])
        ))) + datetime.timedelta(minutes=90)
        every_rule = ["hours", "pacing", "capacity", "party_size", "blockouts"]
        booking, _ = get(
            case,
            "/bookings",
            {
                "restaurant_id": RESTAURANTS[0],
                "booking_date": soon.strftime("%Y-%m-%d"),
                "booking_time": soon.strftime("%H:%M"),
                "party_size": 2,
                "customer": {
                    "name": "Sarah Chen",
                    "email": "sarah.chen@example.com",
                    "phone": "+1-555-123-4567",
                },
                "staff": {"override": every_rule},
            },
        )
        DUE[operation] = booking["booking_id"]
    is_finished = operation == "finishBooking" and (operation, "seat") in DUE
    for step in [] if is_finished else STEPS[operation]:
        get(case, f"/bookings/{DUE[operation]}/{step}", {} if step == "seat" else None, method="POST")
        DUE[operation, step] = True
    return DUE[operation]


def get(case, path, body=None, is_guest=False, method=None):
    """Asks the service for something that a request needs: the answer, and its entity tag.

    What does not exist is `None`.
    """
    request = urllib.request.Request(
        case.operation.schema.get_base_url() + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Content-Type": "application/json",
            "If-Match": "*",
            **({} if is_guest else {"Authorization": f"Bearer {access_token(case)}"}),
        },
        method=method,
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.load(response), response.headers["ETag"]
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None, None
        raise RuntimeError(f"{path} was answered with {error.code}: {error.read()}") from error
