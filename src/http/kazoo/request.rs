use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::response::Response;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::account::{AccountId, Actor};
use crate::document::{FieldError, FieldErrorKind, Fields, type_of};
use crate::feature::e911::E911Key;
use crate::http::kazoo::Api;
use crate::http::kazoo::wire::envelope::{self, Answer, Caller};
use crate::http::kazoo::wire::error::{Failure, Operation};
use crate::http::server::auth::ApiName;
use crate::http::server::body::{self, Params};
use crate::http::server::guard::{Fault, RequestId};
use crate::idempotency::IdempotencyKey;
use crate::inventory::{Inventory, Options, RequestKey};
use crate::record::Refusal;

/// A request, read: who asks, the path, the parameters, and what is in the envelope.
#[derive(Debug)]
pub(crate) struct Call<P> {
    pub(crate) api: Api,
    pub(crate) actor: Actor,
    pub(crate) path: P,
    pub(crate) params: Params,
    pub(crate) envelope: Envelope,
    key: Option<RequestKey>,
    caller: Caller,
}

/// A request that anybody may make. What its body may have is not read.
#[derive(Debug)]
pub(crate) struct Open<P> {
    pub(crate) path: P,
    pub(crate) caller: Caller,
}

/// What a request has in its body.
#[derive(Debug, Default)]
pub(crate) struct Envelope {
    pub(crate) data: Map<String, Value>,
    accept_charges: bool,
    dry_run: bool,
}

/// The paths below an account.
pub(crate) trait OfAccount {
    fn account(&self) -> &str;

    fn number(&self) -> Option<&str>;
}

impl OfAccount for String {
    fn account(&self) -> &str {
        self
    }

    fn number(&self) -> Option<&str> {
        None
    }
}

impl OfAccount for (String, String) {
    fn account(&self) -> &str {
        &self.0
    }

    fn number(&self) -> Option<&str> {
        Some(&self.1)
    }
}

/// What an envelope may have besides, and is passed over: what was answered and is sent back, and what
/// clients of the reference tell it of themselves.
const PASSED_OVER: [&str; 12] = [
    "auth_token",
    "batch_run",
    "message",
    "next_start_key",
    "node",
    "page_size",
    "request_id",
    "revision",
    "status",
    "timestamp",
    "ui_metadata",
    "version",
];

/// The header that makes a request repeatable.
const KEY: &str = "idempotency-key";

impl<P: DeserializeOwned + Send> FromRequest<Api> for Call<P> {
    type Rejection = Fault;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Fault> {
        let (mut parts, body) = request.into_parts();
        // Nothing of what strangers send is read.
        let actor = api.0.auth.actor(ApiName::Kazoo, &parts).ok_or(Fault::Unauthenticated)?;
        let Open { path, caller } = Open::from_request_parts(&mut parts, api).await?;
        let params = Params::of(parts.uri.query());
        let key = parts.headers.get(KEY).map(|key| request_key(&String::from_utf8_lossy(key.as_bytes())));
        let key = key.transpose()?;
        let bytes = body::read(body, &api.0.limits).await?;
        let envelope = Envelope::read(&bytes)?;
        Ok(Self { api: api.clone(), actor, path, params, envelope, key, caller })
    }
}

impl<P: DeserializeOwned + Send> FromRequestParts<Api> for Open<P> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Fault> {
        let id = parts.extensions.get::<RequestId>().cloned();
        let caller = Caller::new(id, &parts.headers);
        let path = Path::<P>::from_request_parts(parts, api).await.map_err(|_| Fault::BadPath)?.0;
        Ok(Self { path, caller })
    }
}

impl Envelope {
    /// Reads a body: `data`, `accept_charges` and `dry_run`. None at all is an empty document, and so is
    /// one without `data`.
    fn read(bytes: &[u8]) -> Result<Self, Fault> {
        if bytes.trim_ascii().is_empty() {
            return Ok(Self::default());
        }
        let mut fields = Fields::of(body::json(bytes)?)?;
        for name in PASSED_OVER {
            fields.take(name);
        }
        let data = match fields.take("data") {
            None => Map::new(),
            Some(Value::Object(data)) => data,
            Some(other) => {
                let kind = FieldErrorKind::WrongType { expected: "object", found: type_of(&other) };
                return Err(FieldError::new("data", kind).into());
            }
        };
        let accept_charges = fields.boolean("accept_charges")?.unwrap_or(false);
        let dry_run = fields.boolean("dry_run")?.unwrap_or(false);
        fields.no_more()?;
        Ok(Self { data, accept_charges, dry_run })
    }

    /// What the address is called in the document.
    pub(crate) fn e911_key(&self) -> E911Key {
        let old = E911Key::DashE911;
        if self.data.contains_key(old.as_str()) { old } else { E911Key::E911 }
    }
}

impl<P> Call<P> {
    /// Answers by a use case.
    pub(crate) async fn run<F>(
        self,
        operation: Operation,
        account: Result<AccountId, Failure>,
        work: F,
    ) -> Response
    where
        F: FnOnce(&Inventory, &Options, &Api) -> Result<Answer, Failure> + Send + 'static,
    {
        let Self { api, actor, envelope, key, caller, .. } = self;
        let (calls, dry_run) = (api.0.calls, envelope.dry_run);
        let call = move || {
            let account = account?;
            let inventory = &api.0.inventory;
            if inventory.accounts().account(account).is_none() {
                return Err(Failure::NoSuchAccount);
            }
            if !inventory.accounts().can_manage(actor, account) {
                return Err(Failure::from(crate::inventory::Error::from(Refusal::Forbidden(actor))));
            }
            let mut options = Options::new(actor)
                .with_account(account)
                // What is not the account's is there for it only to be had.
                .with_confined(!operation.row().claims)
                .with_accept_charges(envelope.accept_charges)
                .with_dry_run(envelope.dry_run);
            options.key = key.map(|key| key_of(actor, key)).transpose()?;
            work(inventory, &options, &api).map_err(|failure| failure.of_request(key))
        };
        let answer = calls.call(call).await.unwrap_or_else(|fault| Err(fault.into()));
        match answer {
            Ok(answer) => envelope::succeeded(&caller, operation, &answer.tried(dry_run)),
            Err(failure) => envelope::failed(&caller, operation, failure),
        }
    }
}

impl<P: OfAccount> Call<P> {
    /// Answers by a use case, for the account in the path.
    pub(crate) async fn run_for_account<F>(self, operation: Operation, work: F) -> Response
    where
        F: FnOnce(&Inventory, &Options, &Api) -> Result<Answer, Failure> + Send + 'static,
    {
        // What can not be the name of an account is none.
        let account = self.path.account().parse().map_err(|_| Failure::NoSuchAccount);
        self.run(operation, account, work).await
    }
}

impl<P> Call<P> {
    /// The changes of a document in the body. What they make of it is checked once that is known.
    pub(crate) fn changes(&mut self) -> Map<String, Value> {
        std::mem::take(&mut self.envelope.data)
    }

    /// The document in the body, checked by the schema.
    pub(crate) fn document(&mut self) -> Result<Map<String, Value>, Failure> {
        let data = Value::Object(self.changes());
        let errors = crate::record::schema::check(&data);
        match data {
            Value::Object(data) if errors.is_empty() => Ok(data),
            _ => Err(Fault::Fields(errors).into()),
        }
    }
}

/// A client's key.
fn request_key(text: &str) -> Result<RequestKey, FieldError> {
    text.parse().map_err(|error| FieldError::invalid(KEY, &text.into(), error))
}

/// The library's key for a client's: that of one client is not that of another, though they call
/// theirs the same.
fn key_of(actor: Actor, key: RequestKey) -> Result<RequestKey, FieldError> {
    request_key(IdempotencyKey::of_text(&format!("{actor} {key}")).as_str())
}
