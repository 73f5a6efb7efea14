//! The contract of this repository, and edits of it as people make them.

use super::{changes, golden, listed};
use booking_codegen::breaking::{ContractLocation, Side};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

fn contract() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../booking-api.yaml");
    fs::read_to_string(file).expect("the contract can be read")
}

/// An edit: what it is, and which text becomes which. Each text stands in the contract.
struct Edit {
    what: &'static str,
    replace: &'static [(&'static str, &'static str)],
}

const EDITS: &[Edit] = &[
    Edit {
        what: "larger parties can be booked",
        replace: &[(
            "      minimum: 1\n      maximum: 20\n",
            "      minimum: 1\n      maximum: 30\n",
        )],
    },
    Edit {
        what: "smaller parties only",
        replace: &[(
            "      minimum: 1\n      maximum: 20\n",
            "      minimum: 1\n      maximum: 8\n",
        )],
    },
    Edit {
        what: "an operation gets another name",
        replace: &[
            ("operationId: getBooking\n", "operationId: readBooking\n"),
            ("operationId: getBooking\n", "operationId: readBooking\n"),
        ],
    },
    Edit {
        what: "a path parameter gets another name",
        replace: &[
            (
                "  /bookings/{booking_id}/cancel:",
                "  /bookings/{id}/cancel:",
            ),
            (
                "      x-max-body-bytes: 16384\n      parameters:\n        - $ref: '#/components/parameters/BookingId'\n        - $ref: '#/components/parameters/IdempotencyKey'\n      requestBody:\n        required: false",
                "      x-max-body-bytes: 16384\n      parameters:\n        - name: id\n          in: path\n          required: true\n          schema:\n            $ref: '#/components/schemas/BookingId'\n        - $ref: '#/components/parameters/IdempotencyKey'\n      requestBody:\n        required: false",
            ),
        ],
    },
    Edit {
        what: "a new status of bookings",
        replace: &[(
            "enum: [pending, confirmed, cancelled, completed, no_show]",
            "enum: [pending, confirmed, seated, cancelled, completed, no_show]",
        )],
    },
    Edit {
        what: "a booking must say why it is cancelled",
        replace: &[(
            "      requestBody:\n        required: false",
            "      requestBody:\n        required: true",
        )],
    },
    Edit {
        what: "answers tell one thing more",
        replace: &[(
            "        created_at:\n          description: When the booking was made.",
            "        table:\n          type: string\n          maxLength: 40\n        created_at:\n          description: When the booking was made.",
        )],
    },
    Edit {
        what: "requests can say one thing more",
        replace: &[(
            "            - $ref: '#/components/schemas/NewCustomer'\n        special_requests:\n          description: Wishes for",
            "            - $ref: '#/components/schemas/NewCustomer'\n        occasion:\n          type: string\n          maxLength: 40\n        special_requests:\n          description: Wishes for",
        )],
    },
    Edit {
        what: "a header of an answer goes",
        replace: &[(
            "            ETag:\n              $ref: '#/components/headers/BookingETag'\n            Cache-Control:\n              $ref: '#/components/headers/NoStore'\n          content:\n            application/json:\n              schema:\n                $ref: '#/components/schemas/Booking'\n              examples:\n                confirmed:\n                  $ref: '#/components/examples/CreatedBooking'\n          links:\n            GetBooking:",
            "            Cache-Control:\n              $ref: '#/components/headers/NoStore'\n          content:\n            application/json:\n              schema:\n                $ref: '#/components/schemas/Booking'\n              examples:\n                confirmed:\n                  $ref: '#/components/examples/CreatedBooking'\n          links:\n            GetBooking:",
        )],
    },
    Edit {
        what: "bookings are only for those who are known",
        replace: &[(
            "      security:\n        - oauth: [bookings:write]\n        - {}\n      x-max-body-bytes: 16384\n      parameters:\n        - $ref: '#/components/parameters/IdempotencyKey'\n      requestBody:\n        required: true\n        description: What to book, and for whom.",
            "      security:\n        - oauth: []\n      x-max-body-bytes: 16384\n      parameters:\n        - $ref: '#/components/parameters/IdempotencyKey'\n      requestBody:\n        required: true\n        description: What to book, and for whom.",
        )],
    },
    Edit {
        what: "another order of lists when none is asked for",
        replace: &[("default: created_at_desc", "default: booking_date_asc")],
    },
    Edit {
        what: "the next major version, at a URL of its own",
        replace: &[
            ("  version: 0.6.0\n", "  version: 2.0.0\n"),
            ("  - url: /api/v1\n", "  - url: /api/v2\n"),
        ],
    },
    Edit {
        what: "clearer words",
        replace: &[(
            "description: How many guests come.",
            "description: How many guests come, children included.",
        )],
    },
    Edit {
        what: "the same in another order",
        replace: &[
            (
                "enum: [pending, confirmed, cancelled, completed, no_show]",
                "enum: [no_show, pending, confirmed, cancelled, completed]",
            ),
            (
                "      type: object\n      additionalProperties: false\n      required: [by, kind]\n",
                "      required: [kind, by]\n      additionalProperties: false\n      type: object\n",
            ),
        ],
    },
    Edit {
        what: "a reference instead of the same inline",
        replace: &[(
            "        party_size:\n          $ref: '#/components/schemas/PartySize'\n        area_id:\n          description: Where the party would like to sit.\n",
            "        party_size:\n          description: How many guests come.\n          type: integer\n          format: int32\n          minimum: 1\n          maximum: 20\n          example: 4\n        area_id:\n          description: Where the party would like to sit.\n",
        )],
    },
    Edit {
        what: "a component with another name",
        replace: &[
            ("    NewCustomer:\n", "    Guest:\n"),
            (
                "$ref: '#/components/schemas/NewCustomer'",
                "$ref: '#/components/schemas/Guest'",
            ),
            (
                "$ref: '#/components/schemas/NewCustomer'",
                "$ref: '#/components/schemas/Guest'",
            ),
        ],
    },
];

#[test]
fn the_contract_against_itself_is_silent() {
    let text = contract();
    assert_eq!(listed(&changes(&text, &text)), "  no change\n");
}

#[test]
fn realistic_edits_of_the_contract_are_judged() {
    let old = contract();
    let mut shown = String::new();
    for edit in EDITS {
        let mut new = old.clone();
        for (from, to) in edit.replace {
            assert!(new.contains(from), "{}: {from} is not there", edit.what);
            new = new.replacen(from, to, 1);
        }
        let comparison = changes(&old, &new);
        for change in &comparison.changes {
            let text = if change.side == Side::Old { &old } else { &new };
            assert_place(text, change.place());
        }
        let list = listed(&comparison);
        write!(shown, "{}\n{list}\n", edit.what).expect("a string can be written");
    }
    golden::check("booking-api.txt", &shown);
}

/// The line of a place holds the key, or the item, that its pointer ends with. The lines
/// themselves are in no golden: they change with every word of the contract.
#[track_caller]
fn assert_place(text: &str, place: &ContractLocation) {
    let line = text.lines().nth(place.span.line - 1).unwrap_or_default();
    let last = place.pointer.rsplit('/').next().unwrap_or_default();
    let last = last.replace("~1", "/").replace("~0", "~");
    let is_item = last.parse::<usize>().is_ok();
    assert!(is_item || line.contains(&last), "{place:?}: {line}");
}
