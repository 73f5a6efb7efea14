//! Adding, changing and taking away a part.

use booking_domain::{AffectedBooking, Principal, RestaurantId, Scope, SeatingPart};
use diesel_async::RunQueryDsl;

use super::part::{StoredPart, UseRefusal};
use super::plan::LockedSeating;
use crate::access::{Changed, RequestContext, RestaurantAccessRefusal, StaffRequest};
use crate::connection::FromViolation;
use crate::error::{Corrupt, StoreError, TransactionError};
use crate::store::Store;
use crate::tables::nextval;

/// How the restaurant seats has changed since the caller has seen it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeatingVersionMismatch;

/// There is no such part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartNotFound<P>(std::marker::PhantomData<fn() -> P>);

/// Bookings to come would lose their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedByBookings(pub Vec<AffectedBooking>);

/// Why a part is not added.
#[derive(Debug)]
pub enum CreatePartRefusal<P: SeatingPart> {
    /// The plan is another one.
    VersionMismatch(SeatingVersionMismatch),
    /// There are [`SeatingPart::MAX`] of its kind.
    LimitReached,
    /// It cannot be in the plan.
    Rule(P::Refusal),
}

/// Why a part does not change.
#[derive(Debug)]
pub enum UpdatePartRefusal<P: StoredPart> {
    /// The plan is another one.
    VersionMismatch(SeatingVersionMismatch),
    /// There is none with its number.
    NotFound(PartNotFound<P>),
    /// It cannot be in the plan.
    Rule(P::Refusal),
    /// Bookings to come use it.
    Used(P::UpdateUse),
}

/// Why a part is not taken away.
#[derive(Debug)]
pub enum DeletePartRefusal<P: StoredPart> {
    /// The plan is another one.
    VersionMismatch(SeatingVersionMismatch),
    /// There is none with its number.
    NotFound(PartNotFound<P>),
    /// Bookings to come use it.
    Used(P::DeleteUse),
}

impl<P: SeatingPart> FromViolation for CreatePartRefusal<P> {}
impl<P: StoredPart> FromViolation for UpdatePartRefusal<P> {}
impl<P: StoredPart> FromViolation for DeletePartRefusal<P> {}

/// A part as it is after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedPart<P> {
    /// The part.
    pub part: P,
    /// The bookings to come that the change catches.
    pub affected: Vec<AffectedBooking>,
    /// The version of how the restaurant seats from then on.
    pub version: i32,
}

/// What taking a part away has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedPart {
    /// The bookings to come that it catches.
    pub affected: Vec<AffectedBooking>,
    /// The version of how the restaurant seats from then on.
    pub version: i32,
}

/// Of whom, where and on which copy a change of a part is asked for.
#[derive(Debug, Clone, Copy)]
pub struct SeatingChangeRequest<'a> {
    /// Who asks.
    pub principal: &'a Principal,
    /// The restaurant.
    pub restaurant: RestaurantId,
    /// The versions of how the restaurant seats that the caller has seen; any will do for `None`.
    pub expected: Option<&'a [i32]>,
    /// Whether bookings that lose their place are placed anew.
    pub force: bool,
    /// When and on which request.
    pub context: &'a RequestContext,
}

impl<'a> SeatingChangeRequest<'a> {
    fn staff(&self, operation: &'static str) -> StaffRequest<'a> {
        StaffRequest {
            operation,
            principal: self.principal,
            restaurant: self.restaurant,
            required: Scope::RestaurantManage,
            context: self.context,
        }
    }

    fn check(&self, locked: &LockedSeating<'_>) -> Result<(), SeatingVersionMismatch> {
        let is_expected = self
            .expected
            .is_none_or(|versions| versions.contains(&locked.version));
        is_expected.then_some(()).ok_or(SeatingVersionMismatch)
    }

    fn use_refusal<U: UseRefusal>(&self, displaced: Vec<AffectedBooking>) -> Result<(), U> {
        let refusal = U::new(displaced).filter(|_| !self.force);
        refusal.map_or(Ok(()), Err)
    }
}

impl Store {
    /// Adds the part that `new` makes under its number.
    ///
    /// # Errors
    ///
    /// [`RestaurantAccessRefusal`].
    pub async fn create_seating_part<P: StoredPart>(
        &self,
        request: SeatingChangeRequest<'_>,
        new: &(impl Fn(P::Id) -> Result<P, P::Refusal> + Sync),
    ) -> Result<ChangedPart<P>, StoreError<RestaurantAccessRefusal<CreatePartRefusal<P>>>> {
        let staff = request.staff(P::OPERATIONS.create);
        self.transact_as_staff(staff, async |mut connection, _| {
            let locking = LockedSeating::load(connection, staff);
            let drawing = async {
                let number: i64 = diesel::select(nextval(P::SEQUENCE))
                    .get_result(&mut connection)
                    .await?;
                let id = P::id_from(number);
                Ok(id.ok_or_else(|| Corrupt::new(P::SEQUENCE, number))?)
            };
            let (locked, id) = tokio::try_join!(biased; locking, drawing)?;
            request.check(&locked).map_err(|mismatch| {
                TransactionError::refused(CreatePartRefusal::VersionMismatch(mismatch))
            })?;
            let wall = locked.wall_clock()?;
            let present = P::all(&locked.plan)
                .iter()
                .filter(|part| !part.is_over(wall));
            if present.count() >= P::MAX {
                return Err(TransactionError::refused(CreatePartRefusal::LimitReached));
            }
            let part = new(id)
                .map_err(|refusal| TransactionError::refused(CreatePartRefusal::Rule(refusal)))?;
            let wanted = locked
                .plan
                .with(part.clone())
                .map_err(|refusal| TransactionError::refused(CreatePartRefusal::Rule(refusal)))?;
            part.insert(connection, &locked.access).await?;
            let change = locked.change(&wanted)?;
            let (affected, version) = locked.write(connection, &wanted, change).await?;
            let changed = ChangedPart {
                part,
                affected,
                version,
            };
            Ok((changed, Changed::Subject(P::id_text(id))))
        })
        .await
    }

    /// Puts the part that `new` makes in the place of the one that has this number.
    ///
    /// # Errors
    ///
    /// [`RestaurantAccessRefusal`].
    pub async fn update_seating_part<P: StoredPart>(
        &self,
        request: SeatingChangeRequest<'_>,
        id: P::Id,
        new: &(impl Fn(P::Id) -> Result<P, P::Refusal> + Sync),
    ) -> Result<ChangedPart<P>, StoreError<RestaurantAccessRefusal<UpdatePartRefusal<P>>>> {
        let staff = request.staff(P::OPERATIONS.update);
        self.transact_as_staff(staff, async |connection, _| {
            let locked = LockedSeating::load(connection, staff).await?;
            request.check(&locked).map_err(|mismatch| {
                TransactionError::refused(UpdatePartRefusal::VersionMismatch(mismatch))
            })?;
            let current = locked.plan.part::<P>(id);
            let current = current.ok_or_else(|| {
                let missing = PartNotFound(std::marker::PhantomData);
                TransactionError::refused(UpdatePartRefusal::NotFound(missing))
            })?;
            let part = new(id)
                .map_err(|refusal| TransactionError::refused(UpdatePartRefusal::Rule(refusal)))?;
            if *current == part {
                let unchanged = ChangedPart {
                    part,
                    affected: Vec::new(),
                    version: locked.version,
                };
                return Ok((unchanged, Changed::Nothing));
            }
            let wanted = locked
                .plan
                .with_changed(part.clone())
                .map_err(|refusal| TransactionError::refused(UpdatePartRefusal::Rule(refusal)))?;
            let change = locked.change(&wanted)?;
            request
                .use_refusal(change.displaced())
                .map_err(|used| TransactionError::refused(UpdatePartRefusal::Used(used)))?;
            part.update(connection, &locked.access).await?;
            let (affected, version) = locked.write(connection, &wanted, change).await?;
            let changed = ChangedPart {
                part,
                affected,
                version,
            };
            Ok((changed, Changed::Subject(P::id_text(id))))
        })
        .await
    }

    /// Takes a part away, and what cannot be without it.
    ///
    /// # Errors
    ///
    /// [`RestaurantAccessRefusal`].
    pub async fn delete_seating_part<P: StoredPart>(
        &self,
        request: SeatingChangeRequest<'_>,
        id: P::Id,
    ) -> Result<DeletedPart, StoreError<RestaurantAccessRefusal<DeletePartRefusal<P>>>> {
        let staff = request.staff(P::OPERATIONS.delete);
        self.transact_as_staff(staff, async |connection, _| {
            let locked = LockedSeating::load(connection, staff).await?;
            request.check(&locked).map_err(|mismatch| {
                TransactionError::refused(DeletePartRefusal::VersionMismatch(mismatch))
            })?;
            if locked.plan.part::<P>(id).is_none() {
                let missing = PartNotFound(std::marker::PhantomData);
                return Err(TransactionError::refused(DeletePartRefusal::NotFound(
                    missing,
                )));
            }
            let wanted = locked.plan.without::<P>(id);
            let change = locked.change(&wanted)?;
            request
                .use_refusal(change.displaced())
                .map_err(|used| TransactionError::refused(DeletePartRefusal::Used(used)))?;
            // Whoever wishes for an area that goes does so no more, before the area goes.
            P::delete(connection, &locked.access, id, staff.context.now).await?;
            let (affected, version) = locked.write(connection, &wanted, change).await?;
            Ok((
                DeletedPart { affected, version },
                Changed::Subject(P::id_text(id)),
            ))
        })
        .await
    }
}
