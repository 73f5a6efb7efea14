//! dev-postgres
