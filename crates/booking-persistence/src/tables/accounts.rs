//! The table `accounts`: users who can log in.

use credentials::PasswordHash;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use booking_domain::{Account, CustomerName, EmailAddress, PhoneNumber, UserId};

use super::parsed;
use crate::error::{Corrupt, LoadError};
use crate::schema::{accounts, users};

/// An account as it is read, with its address.
#[derive(Queryable, Selectable)]
#[diesel(table_name = accounts, check_for_backend(diesel::pg::Pg))]
pub(crate) struct AccountRow {
    user_id: i64,
    public_id: String,
    #[diesel(select_expression = users::email)]
    email: String,
    name: String,
    phone: Option<String>,
    password_hash: Option<String>,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    email_verified_at: Timestamp,
    is_platform_admin: bool,
    version: i32,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    created_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    updated_at: Timestamp,
}

/// What is needed to verify a password. That takes tens of milliseconds, and so happens outside of
/// any transaction.
#[derive(Debug, Clone)]
pub struct PasswordLogin {
    /// The account.
    pub account: Account,
    /// The hash of its password.
    pub password_hash: PasswordHash,
}

/// An account, with what only the store and the check of a password know of it.
pub(crate) struct StoredAccount {
    /// The number of the user's row.
    pub(crate) key: i64,
    /// `None` for somebody who logs in by an outside issuer only.
    pub(crate) password_hash: Option<PasswordHash>,
    /// The account.
    pub(crate) account: Account,
}

impl StoredAccount {
    /// What is needed to verify the password, if there is one.
    pub(crate) fn into_password_login(self) -> Option<PasswordLogin> {
        Some(PasswordLogin {
            account: self.account,
            password_hash: self.password_hash?,
        })
    }
}

impl TryFrom<AccountRow> for StoredAccount {
    type Error = Corrupt;

    fn try_from(row: AccountRow) -> Result<Self, Corrupt> {
        let key = row.user_id;
        let phone = row.phone.map(PhoneNumber::parse);
        let phone = phone.map(|phone| parsed(phone, "accounts.phone", key));
        let hash = row
            .password_hash
            .map(|hash| PasswordHash::parse(&hash).ok());
        let hash = hash.map(|hash| parsed(hash, "accounts.password_hash", key));
        let account = Account {
            id: parsed(UserId::parse(row.public_id), "accounts.public_id", key)?,
            email: parsed(EmailAddress::parse(row.email), "users.email", key)?,
            name: parsed(CustomerName::parse(row.name), "accounts.name", key)?,
            phone: phone.transpose()?,
            email_verified_at: row.email_verified_at,
            is_platform_admin: row.is_platform_admin,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        };
        Ok(Self {
            key,
            password_hash: hash.transpose()?,
            account,
        })
    }
}

/// What a statement that finds at most one account has found.
fn found(row: QueryResult<AccountRow>) -> Result<Option<StoredAccount>, LoadError> {
    Ok(row.optional()?.map(StoredAccount::try_from).transpose()?)
}

/// The account with this id, if there is one.
pub(crate) async fn find(
    mut connection: &AsyncPgConnection,
    id: &UserId,
) -> Result<Option<StoredAccount>, LoadError> {
    let row = accounts::table
        .inner_join(users::table)
        .filter(accounts::public_id.eq(id.as_str()))
        .select(AccountRow::as_select())
        .first(&mut connection);
    found(row.await)
}

/// The account of the user in this row, if they have one.
pub(crate) async fn find_by_key(
    mut connection: &AsyncPgConnection,
    key: i64,
) -> Result<Option<StoredAccount>, LoadError> {
    let row = accounts::table
        .inner_join(users::table)
        .filter(accounts::user_id.eq(key))
        .select(AccountRow::as_select())
        .first(&mut connection);
    found(row.await)
}

/// The account with this address, whatever its case, if there is one.
pub(crate) async fn find_by_email(
    mut connection: &AsyncPgConnection,
    email: &EmailAddress,
) -> Result<Option<StoredAccount>, LoadError> {
    let row = accounts::table
        .inner_join(users::table)
        .filter(users::email.eq(email.normalized()))
        .select(AccountRow::as_select())
        .first(&mut connection);
    found(row.await)
}

/// Locks the account with this id, if there is one: nobody else changes it, or begins a session of
/// it, until the transaction ends.
pub(crate) async fn lock(
    mut connection: &AsyncPgConnection,
    id: &UserId,
) -> Result<Option<StoredAccount>, LoadError> {
    let row = accounts::table
        .inner_join(users::table)
        .filter(accounts::public_id.eq(id.as_str()))
        .select(AccountRow::as_select())
        .for_no_key_update()
        .first(&mut connection);
    found(row.await)
}

/// Locks the account of the user in this row, as [`lock`] does.
pub(crate) async fn lock_by_key(
    mut connection: &AsyncPgConnection,
    key: i64,
) -> Result<Option<StoredAccount>, LoadError> {
    let row = accounts::table
        .inner_join(users::table)
        .filter(accounts::user_id.eq(key))
        .select(AccountRow::as_select())
        .for_no_key_update()
        .first(&mut connection);
    found(row.await)
}

/// What of an account its owner can change.
#[derive(AsChangeset, Insertable)]
// A column of a struct may be left to its default, and no such statement is kept prepared.
#[diesel(
    table_name = accounts,
    treat_none_as_null = true,
    treat_none_as_default_value = false
)]
struct ChangingColumns<'a> {
    name: &'a str,
    phone: Option<&'a str>,
    version: i32,
    updated_at: jiff_diesel::Timestamp,
}

impl<'a> From<&'a Account> for ChangingColumns<'a> {
    fn from(account: &'a Account) -> Self {
        Self {
            name: account.name.as_str(),
            phone: account.phone.as_ref().map(PhoneNumber::as_str),
            version: account.version,
            updated_at: account.updated_at.to_diesel(),
        }
    }
}

/// Makes the user of this row an account, without a password if there is none, unless it has an account
/// already. Gives the number of rows.
pub(crate) async fn insert(
    mut connection: &AsyncPgConnection,
    user: i64,
    account: &Account,
    password_hash: Option<&PasswordHash>,
) -> QueryResult<usize> {
    diesel::insert_into(accounts::table)
        .values((
            accounts::user_id.eq(user),
            accounts::public_id.eq(account.id.as_str()),
            accounts::password_hash.eq(password_hash.map(PasswordHash::to_phc_string)),
            accounts::email_verified_at.eq(account.email_verified_at.to_diesel()),
            accounts::is_platform_admin.eq(account.is_platform_admin),
            accounts::created_at.eq(account.created_at.to_diesel()),
            ChangingColumns::from(account),
        ))
        .on_conflict(accounts::user_id)
        .do_nothing()
        .execute(&mut connection)
        .await
}

/// Writes what an account has become.
pub(crate) async fn update(
    mut connection: &AsyncPgConnection,
    key: i64,
    account: &Account,
) -> QueryResult<usize> {
    diesel::update(accounts::table.find(key))
        .set(ChangingColumns::from(account))
        .execute(&mut connection)
        .await
}

/// Replaces the hash of the password. It is not part of what the account shows, and so no new
/// version of it.
pub(crate) async fn update_password(
    mut connection: &AsyncPgConnection,
    key: i64,
    password_hash: &PasswordHash,
) -> QueryResult<usize> {
    diesel::update(accounts::table.find(key))
        .set(accounts::password_hash.eq(password_hash.to_phc_string()))
        .execute(&mut connection)
        .await
}
