//! contract-runtime
