//! The routes of the API.

mod classifiers;
mod collection;
mod fix;
mod list;
mod lookup;
mod number;
mod schema;
mod search;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::api::KazooApi;

pub(in crate::http) fn routes() -> OpenApiRouter<KazooApi> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(number::fetch, number::create, number::replace, number::patch, number::remove))
        .routes(routes!(number::identify))
        .routes(routes!(number::port))
        .routes(routes!(number::reserve))
        .routes(routes!(number::activate))
        .routes(routes!(collection::create, collection::replace, collection::patch, collection::remove))
        .routes(routes!(collection::activate))
        .routes(routes!(lookup::check))
        .routes(routes!(lookup::locality))
        .routes(routes!(lookup::prefix))
        .routes(routes!(lookup::carriers_info))
        .routes(routes!(classifiers::classifiers))
        .routes(routes!(classifiers::classify))
        .routes(routes!(classifiers::classify_for_all))
        .routes(routes!(fix::fix, list::list_to_fix))
        .routes(routes!(fix::fix_number))
        .routes(routes!(schema::schema))
        .routes(routes!(search::search))
}
