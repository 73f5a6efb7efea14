//! What has no events: the holds of a restaurant, and that the clock has gone past the end of a hold or of a
//! pending booking. The test's database keeps a log of both.

use std::collections::BTreeMap;

use booking_domain::{
    Booker, Claim, Claimant, Hold, HoldId, HoldRefusal, Holder, Move, NewHold, PartySize,
    Placement, RestaurantId, ServiceDay, TableId, UtcOffset, hold,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// How long a hold lasts, which nobody changes here.
const HOLD_TIME: SignedDuration = SignedDuration::from_mins(5);

/// Has the database note every change of a hold, with the version that its date has then; and has it set the
/// end of a hold, or that of a restaurant's first pending booking, into the past, at a version of the date of
/// its own, so that there is an order of what was decided before it and after it.
pub(crate) const LOG: &str = "
    CREATE TABLE hold_log (
        restaurant_id bigint, day_version bigint, what text, hold jsonb
    );
    CREATE FUNCTION log_hold() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        DECLARE it holds := COALESCE(NEW, OLD);
        BEGIN
            INSERT INTO hold_log SELECT it.restaurant_id, version, TG_OP, to_jsonb(it)
                FROM booking_days
                WHERE restaurant_id = it.restaurant_id AND date = it.service_date;
            RETURN NULL;
        END
    $$;
    CREATE TRIGGER log_hold AFTER INSERT OR UPDATE OR DELETE ON holds
        FOR EACH ROW EXECUTE FUNCTION log_hold();
    CREATE FUNCTION expire_hold(of bigint, id text) RETURNS void BEGIN ATOMIC
        UPDATE booking_days SET version = version + 1 FROM holds
            WHERE holds.restaurant_id = of AND public_id = id
                AND booking_days.restaurant_id = of AND date = service_date;
        UPDATE holds SET expires_at = '2000-01-01Z' WHERE restaurant_id = of AND public_id = id;
    END;
    CREATE TABLE expiry_log (
        restaurant_id bigint, day_version bigint, booking_id bigint, expires_at timestamptz
    );
    CREATE FUNCTION expire_booking(of bigint) RETURNS void LANGUAGE plpgsql AS $$
        DECLARE it bookings;
        BEGIN
            SELECT * INTO it FROM bookings
                WHERE restaurant_id = of AND status = 'pending' AND expires_at > now()
                ORDER BY booking_id LIMIT 1 FOR UPDATE;
            UPDATE booking_days SET version = version + 1
                WHERE restaurant_id = of AND date = it.service_date;
            INSERT INTO expiry_log
                SELECT of, version, it.booking_id, it.expires_at FROM booking_days
                WHERE restaurant_id = of AND date = it.service_date;
            UPDATE booking_events SET expires_at = '2000-01-01Z'
                WHERE restaurant_id = of AND booking_id = it.booking_id
                    AND expires_at = it.expires_at;
            UPDATE bookings SET expires_at = '2000-01-01Z'
                WHERE restaurant_id = of AND booking_id = it.booking_id;
        END
    $$";

/// A pending booking of which the end was set into the past.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expiry {
    pub(super) day_version: i64,
    pub(super) booking: i64,
    /// Its end before that.
    pub(super) expires_at: Timestamp,
}

/// The pending bookings of a restaurant whose ends were set into the past, each as a text of JSON.
pub(crate) fn expiries_of(restaurant: i64) -> String {
    format!("SELECT to_jsonb(log)::text FROM expiry_log log WHERE restaurant_id = {restaurant}")
}

impl Expiry {
    /// To which end it was set.
    pub(super) const PAST: Timestamp = Timestamp::constant(946_684_800, 0);

    pub(crate) fn parse(row: &str) -> Self {
        let row: Value = serde_json::from_str(row).unwrap();
        let number = |name: &str| row[name].as_i64().unwrap();
        Self {
            day_version: number("day_version"),
            booking: number("booking_id"),
            expires_at: row["expires_at"].as_str().unwrap().parse().unwrap(),
        }
    }
}

/// The log of a restaurant's holds, each line as a text of JSON.
pub(crate) fn holds_of(restaurant: i64) -> String {
    format!("SELECT to_jsonb(log)::text FROM hold_log log WHERE restaurant_id = {restaurant}")
}

/// What became of a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HoldChange {
    Made,
    /// Its end was set into the past.
    Expired,
    /// It was used or released, or has expired and was in the way.
    Gone,
}

/// A line of the log.
#[derive(Debug, Clone)]
pub(crate) struct HoldEntry {
    pub(super) day_version: i64,
    pub(super) change: HoldChange,
    pub(super) key: i64,
    pub(super) hold: Hold,
}

impl HoldEntry {
    pub(crate) fn parse(row: &str) -> Self {
        let row: Value = serde_json::from_str(row).unwrap();
        let hold = &row["hold"];
        let number = |name: &str| hold[name].as_i64().unwrap();
        let text = |name: &str| hold[name].as_str().unwrap();
        let instant = |name: &str| text(name).parse::<Timestamp>().unwrap();
        let tables = hold["table_ids"].as_array().unwrap().iter();
        let offset = i32::try_from(number("utc_offset_minutes")).unwrap();
        Self {
            day_version: row["day_version"].as_i64().unwrap(),
            change: match row["what"].as_str().unwrap() {
                "INSERT" => HoldChange::Made,
                "UPDATE" => HoldChange::Expired,
                _ => HoldChange::Gone,
            },
            key: number("hold_id"),
            hold: Hold {
                id: HoldId::parse(text("public_id")).unwrap(),
                restaurant: RestaurantId::new(number("restaurant_id")).unwrap(),
                date: text("booking_date").parse().unwrap(),
                time: text("booking_time").parse().unwrap(),
                utc_offset: UtcOffset::from_minutes(offset).unwrap(),
                party: PartySize::new(number("party_size")).unwrap(),
                area: None,
                placement: Placement {
                    service_date: text("service_date").parse().unwrap(),
                    tables: tables
                        .map(|table| TableId::new(table.as_i64().unwrap()).unwrap())
                        .collect(),
                    starts_at: instant("starts_at"),
                    ends_at: instant("ends_at"),
                    free_at: instant("free_at"),
                },
                is_anonymous: hold["is_anonymous"].as_bool().unwrap(),
                expires_at: instant("expires_at"),
            },
        }
    }

    /// What the domain makes of what was asked for. That nobody has too many is counted under a lock that
    /// no version tells of.
    pub(super) fn decide(&self, day: &ServiceDay) -> Result<(Placement, Vec<Move>), HoldRefusal> {
        let asked = NewHold {
            restaurant: self.hold.restaurant,
            date: self.hold.date,
            time: self.hold.time,
            utc_offset: None,
            service_date: None,
            party: self.hold.party,
            area: None,
        };
        let holder = Holder {
            booker: match self.hold.is_anonymous {
                true => Booker::Guest,
                false => Booker::Staff,
            },
            is_anonymous: self.hold.is_anonymous,
            live_holds: 0,
        };
        let now = self.hold.expires_at - HOLD_TIME;
        let made = hold(day, &asked, holder, self.hold.id.clone(), now)?;
        Ok((made.hold.placement, made.moves))
    }
}

/// The holds that there are at one moment.
#[derive(Debug, Default)]
pub(super) struct Holds(BTreeMap<i64, Hold>);

impl Holds {
    pub(super) fn make(&mut self, entry: &HoldEntry) {
        self.0.insert(entry.key, entry.hold.clone());
    }

    pub(super) fn end(&mut self, entry: &HoldEntry) {
        match entry.change {
            HoldChange::Gone => self.0.remove(&entry.key),
            HoldChange::Expired | HoldChange::Made => self.0.insert(entry.key, entry.hold.clone()),
        };
    }

    /// When the hold of this number ends; it has, if there is none.
    pub(super) fn expires_at(&self, key: i64) -> Timestamp {
        self.0
            .get(&key)
            .map_or(Timestamp::MIN, |hold| hold.expires_at)
    }

    pub(super) fn claims(&self) -> impl Iterator<Item = Claim> {
        self.0.iter().map(|(key, hold)| Claim {
            key: *key,
            service_date: hold.placement.service_date,
            party: hold.party,
            tables: hold.placement.tables.clone(),
            starts_at: hold.placement.starts_at,
            ends_at: hold.placement.ends_at,
            free_at: hold.placement.free_at,
            area: None,
            is_pinned: true,
            seated_at: None,
            expires_at: Some(hold.expires_at),
            claimant: Claimant::Hold {
                is_anonymous: hold.is_anonymous,
            },
        })
    }
}
