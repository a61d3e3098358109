package io.nearcast.control.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nearcast.config.json.Documents;
import io.nearcast.control.auth.Permission;
import io.nearcast.control.auth.Role;
import io.nearcast.control.auth.StoredToken;
import io.nearcast.control.auth.Tokens;
import io.nearcast.control.catalog.Services;
import io.nearcast.control.problem.Refusal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /v1/tokens}. */
final class TokensApi {
  private final Tokens tokens;
  private final Services services;

  /** The body of a POST. */
  private record TokenRequest(Role role, @Nullable String service, @Nullable Instant expires) {}

  TokensApi(Tokens tokens, Services services) {
    this.tokens = tokens;
    this.services = services;
  }

  List<Route> routes() {
    return List.of(
        new Route("GET", "/v1/tokens", Permission.ADMINISTER, this::list),
        new Route("POST", "/v1/tokens", Permission.ADMINISTER, this::issue),
        new Route("DELETE", "/v1/tokens/{token}", Permission.ADMINISTER, this::delete));
  }

  private void list(Call call) {
    Page page = Page.of(call);
    page.reply(
        call, tokens.list(page.after(), page.limit() + 1), TokensApi::document, StoredToken::id);
  }

  private void issue(Call call) {
    TokenRequest request = call.body(TokenRequest.class);
    String service = request.service();
    if (service != null) {
      if (!request.role().canBeRestricted()) {
        throw Refusal.invalid(
            "/service", "goes with the roles editor, purger and reader only: leave it out");
      }
      if (!services.active().containsKey(service)) {
        throw Refusal.invalid("/service", "names no service that is there");
      }
    }
    if (request.expires() != null && !request.expires().isAfter(Instant.now())) {
      throw Refusal.invalid("/expires", "must be a time to come");
    }
    Tokens.Issued issued = tokens.issue(request.role(), service, request.expires());
    call.location("/v1/tokens/" + issued.stored().id());
    call.context().header("Cache-Control", "no-store");
    call.reply(201, document(issued.stored()).put("token", issued.secret()));
  }

  private void delete(Call call) {
    tokens.delete(call.path("token"));
    call.replyDone();
  }

  private static ObjectNode document(StoredToken token) {
    ObjectNode document = Documents.mapper().valueToTree((Object) token);
    document.remove("hash");
    return document;
  }
}
