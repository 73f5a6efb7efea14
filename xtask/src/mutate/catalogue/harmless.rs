//! Changes about which nobody must hear anything.

use super::super::mutation::{Edit, Mutation, harmless, replace};
use super::{CONTRACT, README};

pub(super) fn all() -> Vec<Mutation> {
    vec![
        harmless(
            "prose of the contract changes",
            vec![replace(
                CONTRACT,
                "summary: Book a table",
                "summary: Reserve a table",
            )],
        )
        .regenerated()
        .quick(),
        harmless(
            "an enum is written in another order",
            vec![replace(
                CONTRACT,
                "enum: [booking_date_asc, booking_date_desc, created_at_asc, created_at_desc]",
                "enum: [created_at_desc, booking_date_asc, booking_date_desc, created_at_asc]",
            )],
        )
        .regenerated(),
        harmless(
            "required properties are written in another order",
            vec![replace(
                CONTRACT,
                "required: [code, field, message]",
                "required: [message, code, field]",
            )],
        )
        .regenerated(),
        harmless(
            "the contract has a comment more",
            vec![Edit::Append {
                file: CONTRACT,
                text: "# The end.\n",
            }],
        ),
        harmless(
            "hand-written code changes",
            vec![Edit::Append {
                file: "crates/booking-domain/src/lib.rs",
                text: "// One line more.\n",
            }],
        ),
        harmless(
            "a document has words of other programs",
            vec![Edit::Append {
                file: README,
                text: "\n```text\n12:00 WARN getReady maxConnections=4 /reservations\n```\n\n\
                    ```json\n{ \"covers\": 4 }\n```\n\nSet `PGPASSWORD` and `idleTimeout`.\n",
            }],
        ),
    ]
}
