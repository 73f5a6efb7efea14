//! The operations tagged Users: what somebody does with their own account.

mod change_password;
mod create_platform_admin;
mod get_me;
mod list_my_bookings;
mod list_my_employments;
mod update_me;

pub use create_platform_admin::AccountExists;
pub use get_me::AccountNotFound;

use crate::error::OperationRefusal;

/// Why something is not done to an account: there is none, or a rule refuses.
pub type AccountRefusal<R> = OperationRefusal<AccountNotFound, R>;
