//! The operations tagged ApiKeys, and how a key is recognized.

mod authenticate_api_key;
mod create_api_key;
mod get_api_key;
mod list_api_keys;
mod revoke_api_key;

pub use authenticate_api_key::ApiKeyRejected;
pub use get_api_key::ApiKeyNotFound;
