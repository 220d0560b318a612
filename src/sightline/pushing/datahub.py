"""Send change proposals to DataHub by its own client, which chooses the route."""

import os
from typing import Any

from sightline.exporting.datahub import proposal
from sightline.exporting.planned import Item
from sightline.pushing.sending import SendingError, absent, one_line, quiet, variable

TOKEN = "DATAHUB_GMS_TOKEN"
"""The variable with the access token; a server without sign-in needs none."""

_TIMEOUT = 30


class DataHubSender:
    """A DataHub server; raises InputError where the extra ``datahub`` is not installed."""

    def __init__(self, server: str) -> None:
        # The package reports its use over the network unless it is told not to before its import.
        os.environ["DATAHUB_TELEMETRY_ENABLED"] = "false"
        try:
            from datahub.cli.cli_utils import fixup_gms_url
            from datahub.emitter.rest_emitter import DataHubRestEmitter, EmitMode
            from datahub.ingestion.graph.config import ClientMode
        except ImportError as error:
            raise absent("datahub", error) from error
        quiet("datahub")
        self._token = variable(TOKEN)
        self._config = f"{fixup_gms_url(server)}/config"
        self._mode = EmitMode.SYNC_PRIMARY
        # Sending again is ours, so that it is bounded alike for all catalogs. With an ``auth`` of
        # its own the client looks for no other credentials, neither in its files nor in ~/.netrc.
        # As an SDK the client chooses OpenAPI where the server is new enough, else REST.li.
        self._emitter = DataHubRestEmitter(
            server,
            auth=self._sign,
            retry_max_times=0,
            timeout_sec=_TIMEOUT,
            client_mode=ClientMode.SDK,
        )
        self._emitter.session.max_redirects = 0

    def _sign(self, request: Any) -> Any:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request

    def check(self) -> None:
        """Ask for the configuration, by which the client chooses REST.li or OpenAPI."""
        # Asked for by itself first, since the client hides the status that it fails with.
        self._try(lambda: self._emitter.session.get(self._config).raise_for_status())
        self._try(self._emitter.test_connection)

    def send(self, item: Item) -> None:
        """Send a proposal; the server has written it when this returns."""
        from datahub.emitter.mcp import MetadataChangeProposalWrapper

        made = MetadataChangeProposalWrapper.from_obj(proposal(item.request))
        self._try(lambda: self._emitter.emit_mcp(made, emit_mode=self._mode))

    def close(self) -> None:
        """Close the connections."""
        self._emitter.close()

    def _try(self, call: Any) -> None:
        from datahub.configuration.common import ConfigurationError, OperationalError
        from requests.exceptions import RequestException

        try:
            call()
        except (OperationalError, ConfigurationError, RequestException) as error:
            raise self._failure(error) from None

    def _failure(self, error: BaseException) -> SendingError:
        """Find the answer behind an error of the client, which wraps it."""
        cause: BaseException | None = error
        while cause is not None and getattr(cause, "response", None) is None:
            cause = cause.__cause__ or cause.__context__
        response = getattr(cause, "response", None)
        status = getattr(response, "status_code", None)
        said = getattr(error, "message", "") or str(error)
        return SendingError(
            one_line(said, [self._token]) or type(error).__name__,
            status,
            response.headers.get("Retry-After", "") if response is not None else "",
        )
