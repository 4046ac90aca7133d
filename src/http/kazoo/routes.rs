//! The routes of the API.

mod classifiers;
mod collection;
mod events;
mod fix;
mod list;
mod lookup;
mod number;
mod port_requests;
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
        .routes(routes!(events::list))
        .routes(routes!(port_requests::list::list_managed))
        .routes(routes!(port_requests::list::list, port_requests::request::create))
        .routes(routes!(port_requests::list::list_below))
        .routes(routes!(port_requests::list::last_submitted))
        .routes(routes!(
            port_requests::request::fetch,
            port_requests::request::replace,
            port_requests::request::patch,
            port_requests::request::remove
        ))
        .routes(routes!(
            port_requests::transition::patch,
            port_requests::transition::put,
            port_requests::transition::post
        ))
        .routes(routes!(port_requests::comments::list, port_requests::comments::add))
        .routes(routes!(port_requests::comments::timeline))
        .routes(routes!(port_requests::attachments::list, port_requests::attachments::add))
        .routes(routes!(
            port_requests::attachments::fetch,
            port_requests::attachments::replace,
            port_requests::attachments::put,
            port_requests::attachments::remove
        ))
        .routes(routes!(port_requests::letter::letter))
}
