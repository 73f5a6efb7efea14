//! Values below, at and above every bound of the contract `accept/constraints.yaml`.

/// How a value is written in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Json {
    /// In quotes.
    Text,
    /// As it is: a number, a boolean.
    Bare,
}

/// One type of the contract, and what it takes and refuses.
#[derive(Debug)]
pub(crate) struct ConstraintCase {
    /// The name of its parameter and property; its header is `X-` and the words with hyphens.
    pub(crate) name: &'static str,
    pub(crate) json: Json,
    /// Values that keep to the constraint; the first ones stand at its bounds.
    pub(crate) valid: &'static [&'static str],
    /// Values beyond the bounds, each with the violation that it is.
    pub(crate) invalid: &'static [(&'static str, &'static str)],
}

/// Every scalar constraint. Lists, objects and presence have tests of their own.
pub(crate) const CONSTRAINT_CASES: &[ConstraintCase] = &[
    ConstraintCase {
        name: "text_length",
        json: Json::Text,
        valid: &["ab", "abcd", "日本語語"],
        invalid: &[("a", "TOO_SHORT"), ("abcde", "TOO_LONG")],
    },
    ConstraintCase {
        name: "text_pattern",
        json: Json::Text,
        valid: &["a", "abc"],
        invalid: &[("A", "PATTERN"), ("a1", "PATTERN"), ("a b", "PATTERN")],
    },
    ConstraintCase {
        name: "format_date",
        json: Json::Text,
        valid: &["2027-02-28", "2028-02-29", "0000-01-01", "9999-12-31"],
        invalid: &[
            ("2027-02-29", "FORMAT"),
            ("2027-2-28", "FORMAT"),
            ("2027-13-01", "FORMAT"),
        ],
    },
    ConstraintCase {
        name: "format_date_time",
        json: Json::Text,
        valid: &["2027-02-28T23:59:59Z", "2027-02-28T00:00:00.5-03:30"],
        invalid: &[
            ("2027-02-28T24:00:00Z", "FORMAT"),
            ("2027-02-28T23:59:59", "FORMAT"),
        ],
    },
    ConstraintCase {
        name: "format_time",
        json: Json::Text,
        valid: &["00:00:00Z", "23:59:59-01:00"],
        invalid: &[
            ("24:00:00Z", "FORMAT"),
            ("23:59Z", "FORMAT"),
            ("23:59:59", "FORMAT"),
        ],
    },
    ConstraintCase {
        name: "format_uuid",
        json: Json::Text,
        valid: &["67e55044-10b1-426f-9247-bb680e5fe0c8"],
        invalid: &[
            ("67e55044-10b1-426f-9247-bb680e5fe0c", "FORMAT"),
            ("67e55044-10b1-426f-9247-bb680e5fe0c88", "FORMAT"),
            ("67e5504410b1426f9247bb680e5fe0c8", "FORMAT"),
        ],
    },
    ConstraintCase {
        name: "format_email",
        json: Json::Text,
        valid: &["a@example.com", "a.b+c@sub.example.com"],
        invalid: &[
            ("example.com", "FORMAT"),
            ("a@", "FORMAT"),
            ("ü@example.com", "FORMAT"),
        ],
    },
    ConstraintCase {
        name: "format_uri",
        json: Json::Text,
        valid: &["https://example.com/a?b#c", "urn:isbn:0451450523"],
        invalid: &[
            ("example.com", "FORMAT"),
            ("https://exa mple.com", "FORMAT"),
        ],
    },
    ConstraintCase {
        name: "format_wall_clock_time",
        json: Json::Text,
        valid: &["0:00", "9:05", "09:05", "23:39"],
        invalid: &[
            ("24:00", "FORMAT"),
            ("9:5", "FORMAT"),
            ("9:5:0", "FORMAT"),
            ("9:40", "PATTERN"),
        ],
    },
    ConstraintCase {
        name: "format_entity_tag_condition",
        json: Json::Text,
        valid: &[
            "*",
            r#""a""#,
            r#"W/"a" , "","b,c""#,
            r#""a1234567890123456b""#,
        ],
        invalid: &[
            ("a", "FORMAT"),
            (r#""a","#, "FORMAT"),
            (r#"*, "a""#, "FORMAT"),
            (r#""a12345678901234567b""#, "TOO_LONG"),
        ],
    },
    ConstraintCase {
        name: "choice",
        json: Json::Text,
        valid: &["red", "dark-blue"],
        invalid: &[("Red", "NOT_ALLOWED"), ("blue", "NOT_ALLOWED")],
    },
    ConstraintCase {
        name: "integer_range",
        json: Json::Bare,
        valid: &["3", "7", "5"],
        invalid: &[
            ("2", "TOO_SMALL"),
            ("8", "TOO_LARGE"),
            ("2147483648", "TOO_LARGE"),
            ("-2147483649", "TOO_SMALL"),
            ("3.5", "WRONG_TYPE"),
        ],
    },
    ConstraintCase {
        name: "integer_open_range",
        json: Json::Bare,
        valid: &["4", "6"],
        invalid: &[
            ("3", "TOO_SMALL"),
            ("7", "TOO_LARGE"),
            ("-9223372036854775808", "TOO_SMALL"),
            ("9223372036854775807", "TOO_LARGE"),
            ("9223372036854775808", "TOO_LARGE"),
        ],
    },
    ConstraintCase {
        name: "integer_step",
        json: Json::Bare,
        valid: &["0", "-5", "95"],
        invalid: &[("4", "NOT_A_MULTIPLE"), ("6", "NOT_A_MULTIPLE")],
    },
    ConstraintCase {
        name: "number_range",
        json: Json::Bare,
        valid: &["-1.5", "2.5", "1", "1e0"],
        invalid: &[("-1.51", "TOO_SMALL"), ("2.51", "TOO_LARGE")],
    },
    ConstraintCase {
        name: "number_open_range",
        json: Json::Bare,
        valid: &["-1.49", "2.49"],
        invalid: &[("-1.5", "TOO_SMALL"), ("2.5", "TOO_LARGE")],
    },
    ConstraintCase {
        name: "number_step",
        json: Json::Bare,
        valid: &["0.3", "-7.7", "100"],
        invalid: &[("0.25", "NOT_A_MULTIPLE"), ("0.35", "NOT_A_MULTIPLE")],
    },
    ConstraintCase {
        name: "flag",
        json: Json::Bare,
        valid: &["true", "false"],
        invalid: &[("1", "WRONG_TYPE")],
    },
];

impl ConstraintCase {
    /// The name of the header: `X-Text-Length`.
    pub(crate) fn header(&self) -> String {
        let words = self.name.split('_').map(|word| {
            let (first, rest) = word.split_at(1);
            format!("-{}{rest}", first.to_uppercase())
        });
        format!("X{}", words.collect::<String>())
    }

    /// A value as JSON.
    pub(crate) fn in_json(&self, value: &str) -> String {
        match self.json {
            Json::Text => format!("{value:?}"),
            Json::Bare => value.to_owned(),
        }
    }
}
