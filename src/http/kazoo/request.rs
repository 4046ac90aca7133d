//! The requests of the API, and their calls to the inventory.

use std::time::Instant;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::response::Response;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::api::KazooApi;
use super::operation::Operation;
use super::wire::envelope::{self, RequestEcho, RequestEnvelope, ResponseData};
use super::wire::error::KazooError;
use super::wire::respond;
use crate::account::{AccountId, Actor};
use crate::document::FieldError;
use crate::http::server::auth::ApiName;
use crate::http::server::body::{self, BodyPermit, QueryParams};
use crate::http::server::error::RequestError;
use crate::http::server::limits::ServerLimits;
use crate::http::server::request_id::RequestId;
use crate::idempotency::{IdempotencyKey, RequestKey};
use crate::inventory::{Inventory, InventoryError, Options};
use crate::record::Refusal;

/// A complete, authenticated request with the path parameters `P`.
#[derive(Debug)]
pub(super) struct KazooRequest<P> {
    pub(super) api: KazooApi,
    pub(super) actor: Actor,
    /// Whether the body was read. That of an unknown or disabled actor is not.
    is_body_read: bool,
    pub(super) path: P,
    pub(super) params: QueryParams,
    pub(super) envelope: RequestEnvelope,
    key: Option<RequestKey>,
    deadline: Option<Instant>,
    /// Whether the call reads at most one number.
    is_lookup: bool,
    echo: RequestEcho,
    permit: BodyPermit,
}

/// A request with the path parameters `P` that needs no authentication. Its body is not read.
#[derive(Debug)]
pub(super) struct PublicRequest<P> {
    pub(super) path: P,
    params: QueryParams,
    echo: RequestEcho,
}

/// The parameters of a path below an account.
pub(super) trait AccountPath {
    fn account(&self) -> &str;

    fn number(&self) -> Option<&str>;
}

impl AccountPath for String {
    fn account(&self) -> &str {
        self
    }

    fn number(&self) -> Option<&str> {
        None
    }
}

impl AccountPath for (String, String) {
    fn account(&self) -> &str {
        &self.0
    }

    fn number(&self) -> Option<&str> {
        Some(&self.1)
    }
}

impl AccountPath for (String, String, String) {
    fn account(&self) -> &str {
        &self.0
    }

    fn number(&self) -> Option<&str> {
        None
    }
}

/// The header with the idempotency key of a request.
pub(super) const IDEMPOTENCY_KEY: &str = "idempotency-key";

impl<P: DeserializeOwned + Send> FromRequest<KazooApi> for KazooRequest<P> {
    type Rejection = RequestError;

    async fn from_request(request: Request, api: &KazooApi) -> Result<Self, RequestError> {
        let (mut request, bytes) = Self::read(request, api, &api.state.limits, |_| Ok(())).await?;
        request.envelope = RequestEnvelope::read(&bytes)?;
        Ok(request)
    }
}

impl<P: DeserializeOwned + Send> KazooRequest<P> {
    /// Reads a request without an envelope, and its body. `check` checks the head before the body is read.
    pub(super) async fn read(
        request: Request,
        api: &KazooApi,
        limits: &ServerLimits,
        check: impl FnOnce(&Parts) -> Result<(), RequestError>,
    ) -> Result<(Self, Bytes), RequestError> {
        // A tenth of the time is left for the response.
        let deadline = Instant::now().checked_add(limits.request_timeout / 10 * 9);
        let (mut parts, body) = request.into_parts();
        // The body of an unauthenticated request is not read.
        let actor = api.state.auth.actor(ApiName::Kazoo, &parts).ok_or(RequestError::Unauthenticated)?;
        check(&parts)?;
        let PublicRequest { path, params, echo } = PublicRequest::from_request_parts(&mut parts, api).await?;
        let key = parts.headers.get(IDEMPOTENCY_KEY);
        let key = key.map(|key| request_key(&String::from_utf8_lossy(key.as_bytes()))).transpose()?;
        // The call refuses an actor that is unknown or disabled, whatever the body is.
        let is_body_read = body.is_end_stream() || api.state.inventory.accounts().check_actor(actor).is_ok();
        let body = if is_body_read { body } else { Body::empty() };
        let (bytes, permit) = body::read(body, limits, &api.state.open_bodies).await?;
        let (api, envelope) = (api.clone(), RequestEnvelope::default());
        Ok((
            Self {
                api,
                actor,
                is_body_read,
                path,
                params,
                envelope,
                key,
                deadline,
                is_lookup: false,
                echo,
                permit,
            },
            bytes,
        ))
    }
}

impl<P: DeserializeOwned + Send> FromRequestParts<KazooApi> for PublicRequest<P> {
    type Rejection = RequestError;

    async fn from_request_parts(parts: &mut Parts, api: &KazooApi) -> Result<Self, RequestError> {
        let echo = RequestEcho::new(parts.extensions.get::<RequestId>(), &parts.headers);
        let path = Path::<P>::from_request_parts(parts, api).await.map_err(|_| RequestError::BadPath)?.0;
        Ok(Self { path, params: QueryParams::new(parts.uri.query()), echo })
    }
}

impl<P> PublicRequest<P> {
    /// Returns the response for a result.
    pub(super) fn respond(&self, result: Result<ResponseData, KazooError>) -> Response {
        let unknown = self.params.remaining().next().map(RequestError::unknown_parameter);
        respond(&self.echo, Operation::Other, unknown.map_or(result, |error| Err(error.into())))
    }
}

fn respond(echo: &RequestEcho, operation: Operation, result: Result<ResponseData, KazooError>) -> Response {
    match result {
        Ok(data) => envelope::success(echo, operation, &data),
        Err(error) => respond::respond(echo, operation, error),
    }
}

impl<P> KazooRequest<P> {
    /// States that the use case reads at most one number.
    pub(super) fn lookup(self) -> Self {
        Self { is_lookup: true, ..self }
    }

    /// Runs a use case for `account` and returns the response.
    pub(super) async fn run<F>(
        self,
        operation: Operation,
        account: Result<AccountId, KazooError>,
        use_case: F,
    ) -> Response
    where
        F: FnOnce(&Inventory, &Options, &KazooApi) -> Result<ResponseData, KazooError> + Send + 'static,
    {
        let (echo, dry_run) = (self.echo.clone(), self.envelope.dry_run);
        let result = self.call(operation, account.map(Some), use_case).await;
        respond(&echo, operation, result.map(|data| data.with_dry_run(dry_run)))
    }

    /// Runs a use case for `account` whose success is not an envelope, and returns its response.
    pub(super) async fn run_into<F>(
        self,
        operation: Operation,
        account: Result<AccountId, KazooError>,
        use_case: F,
    ) -> Response
    where
        F: FnOnce(&Inventory, &Options, &KazooApi) -> Result<Response, KazooError> + Send + 'static,
    {
        let echo = self.echo.clone();
        let result = self.call(operation, account.map(Some), use_case).await;
        result.unwrap_or_else(|error| respond::respond(&echo, operation, error))
    }

    /// Runs a use case that only admins may run, and returns the response.
    pub(super) async fn run_for_admin<F>(self, use_case: F) -> Response
    where
        F: FnOnce(&Inventory) -> Result<ResponseData, KazooError> + Send + 'static,
    {
        let (echo, operation) = (self.echo.clone(), Operation::Other);
        let result = self.call(operation, Ok(None), |inventory, _, _| use_case(inventory)).await;
        respond(&echo, operation, result)
    }

    /// Runs a use case for `account`, or for an admin if it is `None`, and returns its result.
    async fn call<T, F>(
        self,
        operation: Operation,
        account: Result<Option<AccountId>, KazooError>,
        use_case: F,
    ) -> Result<T, KazooError>
    where
        T: Send + 'static,
        F: FnOnce(&Inventory, &Options, &KazooApi) -> Result<T, KazooError> + Send + 'static,
    {
        let Self { api, actor, is_body_read, params, envelope, key, deadline, is_lookup, permit, .. } = self;
        let unknown = params.remaining().next().map(RequestError::unknown_parameter);
        let execution = api.state.execution;
        let call = move || {
            // The body counts until it is processed.
            let _permit = permit;
            let account = account?;
            // An unknown parameter is refused, since the client might expect it to have an effect.
            unknown.map_or(Ok(()), Err)?;
            let inventory = &api.state.inventory;
            let known = inventory.accounts().check_actor(actor);
            known.map_err(|error| InventoryError::from(Refusal::from(error)))?;
            let is_allowed = account.map_or_else(
                || inventory.accounts().is_admin(actor),
                |account| inventory.accounts().can_manage(actor, account),
            );
            if !is_body_read || !is_allowed {
                return Err(InventoryError::from(Refusal::Forbidden(actor)).into());
            }
            // Only an admin gets here with an account that does not exist: others cannot tell it from a foreign one.
            if account.is_some_and(|account| inventory.accounts().account(account).is_none()) {
                return Err(KazooError::BadIdentifier);
            }
            let mut options = Options::new(actor)
                // Only operations that may take numbers can see those outside of the account's subtree.
                .with_confined(!operation.rules().is_claim)
                .with_accept_charges(envelope.accept_charges)
                .with_dry_run(envelope.dry_run);
            options.account = account;
            options.deadline = deadline;
            options.key = key.map(|key| inventory_key(actor, key)).transpose()?;
            use_case(inventory, &options, &api).map_err(|error| error.with_request_key(key))
        };
        let result = if is_lookup { execution.run_lookup(call).await } else { execution.run(call).await };
        result.unwrap_or_else(|error| Err(error.into()))
    }
}

impl<P: AccountPath> KazooRequest<P> {
    /// Runs a use case for the account in the path and returns the response.
    pub(super) async fn run_for_account<F>(self, operation: Operation, use_case: F) -> Response
    where
        F: FnOnce(&Inventory, &Options, &KazooApi) -> Result<ResponseData, KazooError> + Send + 'static,
    {
        let account = self.path.account().parse().map_err(|_| KazooError::BadIdentifier);
        self.run(operation, account, use_case).await
    }
}

impl<P> KazooRequest<P> {
    /// Reads the query parameters with `read`. If it fails, its error is that of the request, whichever parameters
    /// it has not taken.
    pub(super) fn read_params<T, E>(
        &mut self,
        read: impl FnOnce(&mut QueryParams) -> Result<T, E>,
    ) -> Result<T, E> {
        let result = read(&mut self.params);
        if result.is_err() {
            self.params = QueryParams::new(None);
        }
        result
    }

    /// Takes the changes in the body. The resulting document is validated later.
    pub(super) fn take_changes(&mut self) -> Map<String, Value> {
        std::mem::take(&mut self.envelope.data)
    }

    /// Takes the document in the body and validates it against the schema.
    pub(super) fn take_document(&mut self) -> Result<Map<String, Value>, KazooError> {
        let data = Value::Object(self.take_changes());
        let errors = crate::record::schema::check(&data);
        match data {
            Value::Object(data) if errors.is_empty() => Ok(data),
            _ => Err(RequestError::Fields(errors).into()),
        }
    }
}

/// Parses a client's idempotency key.
fn request_key(text: &str) -> Result<RequestKey, FieldError> {
    text.parse().map_err(|error| FieldError::invalid(IDEMPOTENCY_KEY, &text.into(), error))
}

/// Derives the inventory's key from an actor's key, so that equal keys of different actors stay
/// different.
fn inventory_key(actor: Actor, key: RequestKey) -> Result<RequestKey, FieldError> {
    request_key(IdempotencyKey::of_text(&format!("{actor} {key}")).as_str())
}
