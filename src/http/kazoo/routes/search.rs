//! The search for numbers to buy.

use axum::response::Response;
use serde_json::{Map, Value, json};

use crate::carrier::{MAX_SEARCH_RESULTS, NumberSearch, Offer};
use crate::document::{FieldError, FieldErrorKind};
use crate::http::kazoo::operation::Operation;
use crate::http::kazoo::request::KazooRequest;
use crate::http::kazoo::search_cache::SearchCache;
use crate::http::kazoo::wire::envelope::ResponseData;
use crate::http::kazoo::wire::error::KazooError;
use crate::http::server::body::{QueryParams, restore_plus};
use crate::inventory::{Inventory, Options, SearchPage};
use crate::number::{CallingCode, Prefix};
use crate::plan::{self, Region, Style};

/// Searches for numbers that the account of the token can buy from its carriers.
#[utoipa::path(get, path = "/phone_numbers", tag = "kazoo",
    operation_id = "kazoo_search", security(("auth_token" = [])),
    params(("prefix" = String, Query, description = "The prefix of national numbers, such as an area code; or a prefix in E.164"),
        ("quantity" = Option<usize>, Query, description = "The maximum count of numbers; default 1", minimum = 1, maximum = 500),
        ("offset" = Option<usize>, Query, description = "The page, from 0", minimum = 0),
        ("country" = Option<String>, Query, description = "ISO 3166 alpha-2; default US")),
    responses((status = 200, description = "The numbers"), (status = 400, description = "A parameter is invalid")))]
pub(super) async fn search(mut request: KazooRequest<()>) -> Response {
    let search = request.read_params(SearchRequest::read);
    // The system is not an account and has no carriers.
    let account = request.actor.account().ok_or(KazooError::BadIdentifier);
    request
        .run(Operation::Other, account, move |inventory, options, api| {
            search?.run(inventory, options, &api.state.searches)
        })
        .await
}

/// The parameters of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct SearchRequest {
    prefix: Prefix,
    quantity: usize,
    page: usize,
}

impl SearchRequest {
    fn read(params: &mut QueryParams) -> Result<Self, FieldError> {
        let prefix = params.text("prefix")?.map(restore_plus);
        let prefix = prefix.ok_or_else(|| FieldError::new("prefix", FieldErrorKind::Missing))?;
        let country = params.parsed("country")?.unwrap_or(Region::US);
        let text = if prefix.starts_with('+') {
            prefix.clone()
        } else {
            let reason = "expected a country with a calling code";
            let invalid = || FieldError::invalid("country", &country.to_string().into(), reason);
            format!("+{}{prefix}", country.calling_code().ok_or_else(invalid)?)
        };
        let invalid = |error| FieldError::invalid("prefix", &prefix.as_str().into(), error);
        let quantity = params.integer("quantity", 1..=MAX_SEARCH_RESULTS)?.unwrap_or(1);
        Ok(Self {
            prefix: text.parse().map_err(invalid)?,
            quantity,
            page: params.integer("offset", 0..)?.unwrap_or(0),
        })
    }

    /// Returns a page of the recent search with these parameters, or searches again.
    fn run(
        self,
        inventory: &Inventory,
        options: &Options,
        searches: &SearchCache,
    ) -> Result<ResponseData, KazooError> {
        let key = (options.account, self.prefix, self.quantity);
        let offset = self.page.saturating_mul(self.quantity);
        let recent = searches.get(key).filter(|_| self.page > 0);
        let page = |id| inventory.search_page(id, offset, self.quantity, options);
        let found = if let Some(found) = recent.and_then(page) {
            found
        } else {
            let search = NumberSearch::new(self.prefix).with_quantity(self.quantity);
            let first = inventory.search(&search, options)?;
            searches.insert(key, first.id);
            if self.page == 0 {
                first
            } else {
                page(first.id).unwrap_or(SearchPage { offers: Vec::new(), ..first })
            }
        };
        Ok(found.offers.iter().map(document).collect::<Value>().into())
    }
}

/// Returns the document of a number to buy.
fn document(offer: &Offer) -> Value {
    let number = offer.number;
    let mut document = Map::from_iter([
        ("e164".to_owned(), json!(number)),
        ("number".to_owned(), json!(number)),
        ("status".to_owned(), "Available".into()),
    ]);
    let written = plan::format(number, Style::International);
    if number.calling_code() == Some(CallingCode::NANP) {
        let digits = number.national_digits().to_string();
        let local = written.strip_prefix("+1 ").unwrap_or(&written);
        document.insert("formatted_number".to_owned(), format!("1-{local}").into());
        document.insert("npa_nxx".to_owned(), digits.chars().take(6).collect::<String>().into());
        document.insert("ten_digit".to_owned(), digits.into());
    } else {
        document.insert("formatted_number".to_owned(), written.to_string().into());
    }
    if let Some(rate_center) = &offer.rate_center {
        document.insert("rate_center".to_owned(), json!(rate_center));
    }
    // The carrier's own id of the number, if it has one.
    if let Some(id) = offer.carrier_data.as_ref().and_then(|data| data.get("number_id")) {
        document.insert("number_id".to_owned(), id.clone());
    }
    document.into()
}
