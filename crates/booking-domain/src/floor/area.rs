//! A part of a restaurant: the main room, the bar, the terrace.

use crate::bounded::{bounded_text, is_single_line, text_enum};
use crate::ids::DiningAreaId;

bounded_text! {
    /// What an area is called: `Terrace`. No two areas of a restaurant are called alike.
    DiningAreaName, 1..=50, r"^[^\u0000-\u001F\u007F-\u009F]*$", is_single_line
}

text_enum! {
    /// Whether there is a roof over it.
    AreaSetting {
        /// Under a roof.
        Indoor = "indoor",
        /// In the open.
        Outdoor = "outdoor",
    }
}

/// A part of a restaurant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiningArea {
    /// Number of the area.
    pub id: DiningAreaId,
    /// Name, 1–50 characters.
    pub name: DiningAreaName,
    /// Whether there is a roof over it.
    pub setting: AreaSetting,
    /// Whether a wheelchair gets there.
    pub is_accessible: bool,
    /// Whether there are high chairs.
    pub has_high_chairs: bool,
}
