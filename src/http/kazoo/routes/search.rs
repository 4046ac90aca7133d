//! Numbers to buy.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use axum::response::Response;
use serde_json::{Map, Value, json};

use crate::account::AccountId;
use crate::carrier::{Found, MAX_FOUND, Search};
use crate::document::{FieldError, FieldErrorKind};
use crate::http::kazoo::request::Call;
use crate::http::kazoo::wire::envelope::Answer;
use crate::http::kazoo::wire::error::{Failure, Operation};
use crate::http::server::body::{Params, with_plus};
use crate::inventory::{Inventory, Options, SearchId, SearchPage};
use crate::number::{CallingCode, Prefix};
use crate::plan::{self, Region, Style};

/// Numbers that the account of the token could have, from its carriers.
#[utoipa::path(get, path = "/phone_numbers", tag = "kazoo",
    operation_id = "kazoo_search", security(("auth_token" = [])),
    params(("prefix" = String, Query, description = "What national numbers start with, such as an area code; or a prefix in E.164"),
        ("quantity" = Option<usize>, Query, description = "How many at most: 1 unless said otherwise", minimum = 1, maximum = 500),
        ("offset" = Option<usize>, Query, description = "The page, from 0", minimum = 0),
        ("country" = Option<String>, Query, description = "ISO 3166 alpha-2: US unless said otherwise")),
    responses((status = 200, description = "Numbers"), (status = 400, description = "A parameter is wrong")))]
pub(crate) async fn search(mut call: Call<()>) -> Response {
    let asked = Asked::read(&mut call.params);
    // What is not an account has no carriers.
    let account = call.actor.account().ok_or(Failure::NoSuchAccount);
    call.run(Operation::Other, account, move |inventory, options, api| {
        asked?.answer(inventory, options, &api.0.searches)
    })
    .await
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Asked {
    prefix: Prefix,
    quantity: usize,
    page: usize,
}

/// What the latest first pages were searched as: further pages are of the same numbers.
#[derive(Debug, Default)]
pub(crate) struct Searches(Mutex<VecDeque<(Key, SearchId)>>);

type Key = (Option<AccountId>, Prefix, usize);

const KEPT: usize = 256;

impl Asked {
    fn read(params: &mut Params) -> Result<Self, FieldError> {
        let prefix = params.text("prefix")?.map(with_plus);
        let prefix = prefix.ok_or_else(|| FieldError::new("prefix", FieldErrorKind::Missing))?;
        let country = params.parsed("country")?.unwrap_or(Region::US);
        let text = if prefix.starts_with('+') {
            prefix.clone()
        } else {
            let reason = "expected a country with a calling code";
            let wrong = || FieldError::invalid("country", &country.to_string().into(), reason);
            format!("+{}{prefix}", country.calling_code().ok_or_else(wrong)?)
        };
        let wrong = |error| FieldError::invalid("prefix", &prefix.as_str().into(), error);
        let quantity = params.parsed("quantity")?.unwrap_or(1);
        if !(1..=MAX_FOUND).contains(&quantity) {
            let reason = format!("expected 1 to {MAX_FOUND}");
            return Err(FieldError::invalid("quantity", &quantity.into(), reason));
        }
        Ok(Self {
            prefix: text.parse().map_err(wrong)?,
            quantity,
            page: params.parsed("offset")?.unwrap_or(0),
        })
    }

    fn answer(
        self,
        inventory: &Inventory,
        options: &Options,
        searches: &Searches,
    ) -> Result<Answer, Failure> {
        let key = (options.account, self.prefix, self.quantity);
        let skip = self.page.saturating_mul(self.quantity);
        let kept = searches.get(key).filter(|_| self.page > 0);
        let page = |id| inventory.search_page(id, skip, self.quantity, options);
        let found = if let Some(found) = kept.and_then(page) {
            found
        } else {
            let search = Search { quantity: self.quantity, ..Search::new(self.prefix) };
            let first = inventory.search(&search, options)?;
            searches.keep(key, first.id);
            if self.page == 0 {
                first
            } else {
                page(first.id).unwrap_or(SearchPage { numbers: Vec::new(), ..first })
            }
        };
        Ok(found.numbers.iter().map(shown).collect::<Value>().into())
    }
}

impl Searches {
    fn get(&self, key: Key) -> Option<SearchId> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(other, _)| *other == key).map(|(_, id)| *id)
    }

    fn keep(&self, key: Key, id: SearchId) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(other, _)| *other != key);
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        kept.push_back((key, id));
    }
}

fn shown(found: &Found) -> Value {
    let number = found.number;
    let mut shown = Map::from_iter([
        ("e164".to_owned(), json!(number)),
        ("number".to_owned(), json!(number)),
        ("status".to_owned(), "Available".into()),
    ]);
    let written = plan::format(number, Style::International);
    if number.calling_code() == Some(CallingCode::NANP) {
        let digits = number.national_digits().to_string();
        let local = written.strip_prefix("+1 ").unwrap_or(&written);
        shown.insert("formatted_number".to_owned(), format!("1-{local}").into());
        shown.insert("npa_nxx".to_owned(), digits.chars().take(6).collect::<String>().into());
        shown.insert("ten_digit".to_owned(), digits.into());
    } else {
        shown.insert("formatted_number".to_owned(), written.to_string().into());
    }
    if let Some(rate_center) = &found.rate_center {
        shown.insert("rate_center".to_owned(), json!(rate_center));
    }
    // The carrier's own name for it, where it has one.
    if let Some(id) = found.carrier_data.as_ref().and_then(|data| data.get("number_id")) {
        shown.insert("number_id".to_owned(), id.clone());
    }
    shown.into()
}
