//! JSON in, with refusals that a person understands.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::MAX_BODY;
use crate::error::ApiError;

/// A JSON body.
pub(super) struct Body<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        match Json::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(refuse(&rejection)),
        }
    }
}

fn refuse(rejection: &JsonRejection) -> ApiError {
    let text = match rejection {
        JsonRejection::MissingJsonContentType(_) => "Send JSON, with the header Content-Type: application/json.".into(),
        JsonRejection::JsonSyntaxError(_) => "The body is no valid JSON.".into(),
        JsonRejection::JsonDataError(error) => {
            // Only the name of a missing field is repeated: other texts quote values, which may be secret.
            let text = error.body_text();
            match text.split_once("missing field `").and_then(|(_, rest)| rest.split_once('`')) {
                Some((field, _)) => format!("The field {field} is missing.").into(),
                None => "A field of the JSON is not of the type that this call takes.".into(),
            }
        }
        other if other.status() == StatusCode::PAYLOAD_TOO_LARGE => return ApiError::TooLarge(MAX_BODY),
        _ => "The body could not be read.".into(),
    };
    ApiError::InvalidRequest(text)
}

/// A query string.
pub(super) struct Params<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        Query::from_request_parts(parts, state)
            .await
            .map(|Query(params)| Self(params))
            .map_err(|_: QueryRejection| ApiError::InvalidRequest("A parameter of the URL is missing or wrong.".into()))
    }
}
