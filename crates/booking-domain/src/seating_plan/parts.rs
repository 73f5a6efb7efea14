//! The parts of a seating plan: each has a number, can be added, replaced and taken away, and has to
//! agree with the others.

use jiff::civil::DateTime;

use super::SeatingPlan;
use crate::calendar::{
    ServiceHoursRefusal, ServicePeriod, SpecialDay, check_service_periods, check_special_days,
};
use crate::floor::{
    Blockout, BlockoutScope, CombinationRefusal, DiningArea, DiningTable, TableCombination,
};
use crate::ids::{
    BlockoutId, DiningAreaId, ServicePeriodId, SpecialDayId, TableCombinationId, TableId,
};

/// A part of a seating plan.
pub trait SeatingPart: Clone + PartialEq + Send + Sync {
    /// Its number.
    type Id: Copy + PartialEq + Send + Sync;
    /// Why it cannot be in a plan.
    type Refusal: std::error::Error + Clone + Send + Sync;

    /// How many of its kind a restaurant has at most, those not counted that are over.
    const MAX: usize;

    /// Its number.
    fn id(&self) -> Self::Id;

    /// Whether it is over, at this time of the restaurant's wall clock. Most parts never are.
    fn is_over(&self, _wall: DateTime) -> bool {
        false
    }

    /// Those of a plan.
    fn all(plan: &SeatingPlan) -> &[Self];

    /// Those of a plan, to be changed.
    fn all_mut(plan: &mut SeatingPlan) -> &mut Vec<Self>;

    /// Takes away what cannot be without it.
    fn remove_dependents(_plan: &mut SeatingPlan, _id: Self::Id) {}

    /// Whether those of a plan agree with each other and with the rest of it.
    ///
    /// # Errors
    /// Why they do not.
    fn check(plan: &SeatingPlan) -> Result<(), Self::Refusal>;
}

impl SeatingPlan {
    /// The part with this number.
    pub fn part<P: SeatingPart>(&self, id: P::Id) -> Option<&P> {
        P::all(self).iter().find(|part| part.id() == id)
    }

    /// The plan with one more part.
    ///
    /// # Errors
    /// The part cannot be in it.
    pub fn with<P: SeatingPart>(&self, part: P) -> Result<Self, P::Refusal> {
        let mut plan = self.clone();
        P::all_mut(&mut plan).push(part);
        P::check(&plan).map(|()| plan)
    }

    /// The plan with this in place of the part that has its number; as it is if there is none.
    ///
    /// # Errors
    /// The part cannot be in it.
    pub fn with_changed<P: SeatingPart>(&self, part: P) -> Result<Self, P::Refusal> {
        let mut plan = self.clone();
        for old in P::all_mut(&mut plan) {
            if old.id() == part.id() {
                *old = part.clone();
            }
        }
        P::check(&plan).map(|()| plan)
    }

    /// The plan without a part, and without what cannot be without it.
    #[must_use]
    pub fn without<P: SeatingPart>(&self, id: P::Id) -> Self {
        let mut plan = self.clone();
        P::all_mut(&mut plan).retain(|part| part.id() != id);
        P::remove_dependents(&mut plan, id);
        plan
    }
}

/// Whether no two of these are equal.
fn are_unique<T: std::hash::Hash + Eq>(all: impl IntoIterator<Item = T>) -> bool {
    let mut seen = std::collections::HashSet::new();
    all.into_iter().all(|it| seen.insert(it))
}

/// Why an area cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DiningAreaRefusal {
    /// Another one has its name.
    #[error("another area of the restaurant has this name")]
    NameTaken,
}

impl SeatingPart for DiningArea {
    type Id = DiningAreaId;
    type Refusal = DiningAreaRefusal;

    const MAX: usize = 50;

    fn id(&self) -> DiningAreaId {
        self.id
    }

    fn all(plan: &SeatingPlan) -> &[Self] {
        &plan.floor.areas
    }

    fn all_mut(plan: &mut SeatingPlan) -> &mut Vec<Self> {
        &mut plan.floor.areas
    }

    /// Its tables stay, and are in no area.
    fn remove_dependents(plan: &mut SeatingPlan, id: DiningAreaId) {
        for table in &mut plan.floor.tables {
            table.area = table.area.filter(|area| *area != id);
        }
        let scope = BlockoutScope::Area(id);
        plan.blockouts.retain(|blockout| blockout.scope != scope);
    }

    fn check(plan: &SeatingPlan) -> Result<(), DiningAreaRefusal> {
        let names = plan.floor.areas.iter().map(|area| &area.name);
        are_unique(names)
            .then_some(())
            .ok_or(DiningAreaRefusal::NameTaken)
    }
}

/// Why a table cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DiningTableRefusal {
    /// Another one has its name.
    #[error("another table of the restaurant has this name")]
    NameTaken,
    /// There is no such area.
    #[error("the restaurant has no area with this number")]
    UnknownArea,
    /// No party fits.
    #[error("the largest party is smaller than the smallest")]
    EmptyPartyRange,
}

impl SeatingPart for DiningTable {
    type Id = TableId;
    type Refusal = DiningTableRefusal;

    const MAX: usize = 500;

    fn id(&self) -> TableId {
        self.id
    }

    fn all(plan: &SeatingPlan) -> &[Self] {
        &plan.floor.tables
    }

    fn all_mut(plan: &mut SeatingPlan) -> &mut Vec<Self> {
        &mut plan.floor.tables
    }

    fn remove_dependents(plan: &mut SeatingPlan, id: TableId) {
        let combinations = &mut plan.floor.combinations;
        combinations.retain(|combination| !combination.tables.contains(&id));
        let scope = BlockoutScope::Table(id);
        plan.blockouts.retain(|blockout| blockout.scope != scope);
    }

    fn check(plan: &SeatingPlan) -> Result<(), DiningTableRefusal> {
        let floor = &plan.floor;
        if !are_unique(floor.tables.iter().map(|table| &table.name)) {
            return Err(DiningTableRefusal::NameTaken);
        }
        for table in &floor.tables {
            if table.area.is_some_and(|area| !floor.has_area(area)) {
                return Err(DiningTableRefusal::UnknownArea);
            }
            if table.max_party < table.min_party {
                return Err(DiningTableRefusal::EmptyPartyRange);
            }
        }
        Ok(())
    }
}

/// Why a combination cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TableCombinationRefusal {
    /// Another one has its name.
    #[error("another combination of the restaurant has this name")]
    NameTaken,
    /// Its tables or its parties are none.
    #[error(transparent)]
    Combination(#[from] CombinationRefusal),
}

impl SeatingPart for TableCombination {
    type Id = TableCombinationId;
    type Refusal = TableCombinationRefusal;

    const MAX: usize = 500;

    fn id(&self) -> TableCombinationId {
        self.id
    }

    fn all(plan: &SeatingPlan) -> &[Self] {
        &plan.floor.combinations
    }

    fn all_mut(plan: &mut SeatingPlan) -> &mut Vec<Self> {
        &mut plan.floor.combinations
    }

    fn check(plan: &SeatingPlan) -> Result<(), TableCombinationRefusal> {
        let floor = &plan.floor;
        if !are_unique(floor.combinations.iter().map(|it| &it.name)) {
            return Err(TableCombinationRefusal::NameTaken);
        }
        for combination in &floor.combinations {
            combination.check(&floor.tables)?;
        }
        Ok(())
    }
}

impl SeatingPart for ServicePeriod {
    type Id = ServicePeriodId;
    type Refusal = ServiceHoursRefusal;

    const MAX: usize = 100;

    fn id(&self) -> ServicePeriodId {
        self.id
    }

    fn all(plan: &SeatingPlan) -> &[Self] {
        &plan.service_periods
    }

    fn all_mut(plan: &mut SeatingPlan) -> &mut Vec<Self> {
        &mut plan.service_periods
    }

    fn check(plan: &SeatingPlan) -> Result<(), ServiceHoursRefusal> {
        check_service_periods(&plan.service_periods)
    }
}

/// Why a special day cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct SpecialDayRefusal(#[from] pub ServiceHoursRefusal);

impl SeatingPart for SpecialDay {
    type Id = SpecialDayId;
    type Refusal = SpecialDayRefusal;

    const MAX: usize = 500;

    fn id(&self) -> SpecialDayId {
        self.id
    }

    fn is_over(&self, wall: DateTime) -> bool {
        self.date_to < wall.date()
    }

    fn all(plan: &SeatingPlan) -> &[Self] {
        &plan.special_days
    }

    fn all_mut(plan: &mut SeatingPlan) -> &mut Vec<Self> {
        &mut plan.special_days
    }

    fn check(plan: &SeatingPlan) -> Result<(), SpecialDayRefusal> {
        Ok(check_special_days(&plan.special_days)?)
    }
}

/// Why a blockout cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BlockoutRefusal {
    /// There is no such area.
    #[error("the restaurant has no area with this number")]
    UnknownArea,
    /// There is no such table.
    #[error("the restaurant has no table with this number")]
    UnknownTable,
    /// It would be of an area and of a table.
    #[error("a blockout is of an area, of a table, or of the whole house")]
    TwoScopes,
    /// It ends before it begins.
    #[error("the blockout has to end after it starts")]
    EmptyPeriod,
}

impl SeatingPart for Blockout {
    type Id = BlockoutId;
    type Refusal = BlockoutRefusal;

    const MAX: usize = 500;

    fn id(&self) -> BlockoutId {
        self.id
    }

    fn is_over(&self, wall: DateTime) -> bool {
        self.ends <= wall
    }

    fn all(plan: &SeatingPlan) -> &[Self] {
        &plan.blockouts
    }

    fn all_mut(plan: &mut SeatingPlan) -> &mut Vec<Self> {
        &mut plan.blockouts
    }

    fn check(plan: &SeatingPlan) -> Result<(), BlockoutRefusal> {
        for blockout in &plan.blockouts {
            if blockout.ends <= blockout.starts {
                return Err(BlockoutRefusal::EmptyPeriod);
            }
            match blockout.scope {
                BlockoutScope::Area(area) if !plan.floor.has_area(area) => {
                    return Err(BlockoutRefusal::UnknownArea);
                }
                BlockoutScope::Table(table) if plan.floor.table(table).is_none() => {
                    return Err(BlockoutRefusal::UnknownTable);
                }
                _ => {}
            }
        }
        Ok(())
    }
}
