"""Send types, entities and marks to Microsoft Purview by the vendor's client of its Data Map."""

from collections.abc import Callable
from typing import Any

from sightline.exporting.atlas import CLASSIFICATION
from sightline.exporting.findings import NAME
from sightline.exporting.planned import Item
from sightline.pushing.sending import SendingError, absent, credentials, one_line, quiet, variable

TOKEN = "SIGHTLINE_PURVIEW_TOKEN"
SECRET = "AZURE_CLIENT_SECRET"
VARIABLES = ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", SECRET, f"or {TOKEN}")
"""Where credentials come from: those of an application, or a token that is there already."""

_TIMEOUT = 30
_GROUPS = {
    "classificationDefs": "get_classification_by_name",
    "businessMetadataDefs": "get_business_metadata_by_name",
    "entityDefs": "get_entity_by_name",
}
"""Kind of type -> how the client looks one up."""


class PurviewSender:
    """An account of Purview; raises InputError where the extra ``purview`` is not installed."""

    def __init__(self, server: str) -> None:
        try:
            from azure.core.pipeline.policies import RedirectPolicy, RetryPolicy
            from azure.purview.datamap import DataMapClient
        except ImportError as error:
            raise absent("purview", error) from error
        quiet("azure", "msal")
        self._secrets = [variable(TOKEN), variable(SECRET)]
        # Sending again is ours, so that it is bounded alike for all catalogs.
        self._client = DataMapClient(
            server,
            _credential(),
            retry_policy=RetryPolicy.no_retries(),
            redirect_policy=RedirectPolicy.no_redirects(),
            connection_timeout=_TIMEOUT,
            read_timeout=_TIMEOUT,
        )

    def check(self) -> None:
        """Look a type up that every account has."""
        self._try(lambda: self._client.type_definition.get_entity_by_name("DataSet"))

    def send(self, item: Item) -> None:
        """Send what an item changes; what is so already is left alone."""
        operation = getattr(self, "_" + str(item.request["operation"]).replace("-", "_"))
        self._try(lambda: operation(item.request))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _typedef(self, request: Any) -> None:
        """Create a type, or add attributes that it lacks; those that it has stay as they are."""
        types = self._client.type_definition
        for kind, found in request["body"].items():
            for wanted in found:
                known = self._known(getattr(types, _GROUPS[kind]), wanted["name"])
                if known is None:
                    types.batch_create({kind: [wanted]})
                    continue
                has = known.get("attributeDefs") or []
                names = {each["name"] for each in has}
                lacking = [each for each in wanted["attributeDefs"] if each["name"] not in names]
                if lacking:
                    body = {**known.as_dict(), "attributeDefs": [*map(_plain, has), *lacking]}
                    types.batch_update({kind: [body]})

    def _entity(self, request: Any) -> None:
        self._client.entity.batch_create_or_update({"entities": [request["body"]]})

    def _classifications(self, request: Any) -> None:
        """Give an entity exactly these classifications of ours; others' stay."""
        kind, qualified = request["typeName"], request["qualifiedName"]
        entity = self._one(request)
        has = {each["typeName"] for each in entity.get("classifications") or []}
        wanted = [each for each in request["body"] if each["typeName"] not in has]
        if wanted:
            self._client.entity.add_classifications_by_unique_attribute(
                kind, wanted, attribute=qualified
            )
        keep = {each["typeName"] for each in request["body"]}
        for name in sorted(n for n in has - keep if n.startswith(CLASSIFICATION)):
            self._client.entity.remove_classification_by_unique_attribute(
                kind, name, attribute=qualified
            )

    def _business_metadata(self, request: Any) -> None:
        """Give an entity exactly these values of ours; business metadata of others stays."""
        entity = self._one(request)
        has = (entity.get("businessAttributes") or {}).get(NAME) or {}
        guid, body = entity["guid"], request["body"]
        changed = {n: v for n, v in body.items() if sorted(has.get(n) or []) != sorted(v)}
        if changed:
            self._client.entity.add_or_update_business_metadata_attributes(NAME, guid, changed)
        if gone := {name: value for name, value in has.items() if name not in body and value}:
            self._client.entity.remove_business_metadata_attributes(NAME, guid, gone)

    def _one(self, request: Any) -> Any:
        found = self._client.entity.get_by_unique_attribute(
            request["typeName"], attribute=request["qualifiedName"], ignore_relationships=True
        )
        return found["entity"]

    def _known(self, look: Callable[[str], Any], name: str) -> Any:
        from azure.core.exceptions import ResourceNotFoundError

        try:
            return look(name)
        except ResourceNotFoundError:
            return None

    def _try(self, call: Callable[[], Any]) -> None:
        from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError

        try:
            call()
        except ClientAuthenticationError as error:
            # Of a request, or before any: the credentials are absent, or refused by the sign-in.
            said = one_line(error.message, self._secrets)
            raise credentials(f"the sign-in to Purview fails: {said}", VARIABLES) from None
        except HttpResponseError as error:
            response = error.response
            wait = response.headers.get("Retry-After", "") if response is not None else ""
            raise SendingError(self._said(error), error.status_code, wait) from None
        except AzureError as error:  # no answer
            raise SendingError(self._said(error)) from None

    def _said(self, error: Any) -> str:
        model = getattr(error, "model", None)
        text = (model.get("errorMessage") if model else None) or error.message
        return one_line(text, self._secrets)


class _Token:
    """A token that the environment holds, in the form that the client asks for."""

    def __init__(self, token: str) -> None:
        self._token = token

    def get_token(self, *_scopes: str, **_options: Any) -> Any:
        from azure.core.credentials import AccessToken

        return AccessToken(self._token, 2**33)  # when it ends is for the server to say


def _credential() -> Any:
    if token := variable(TOKEN):
        return _Token(token)
    if not variable("AZURE_CLIENT_ID") or not variable("AZURE_TENANT_ID"):
        raise credentials("there are no credentials for Purview", VARIABLES)
    try:
        from azure.identity import EnvironmentCredential
    except ImportError as error:
        raise absent("purview", error) from error
    # A sign-in of one's own is asked alone, not Microsoft's public one about it.
    own = bool(variable("AZURE_AUTHORITY_HOST"))
    return EnvironmentCredential(retry_total=0, disable_instance_discovery=own)


def _plain(model: Any) -> Any:
    return model.as_dict() if hasattr(model, "as_dict") else model
