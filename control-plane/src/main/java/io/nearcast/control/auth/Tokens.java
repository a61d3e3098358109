package io.nearcast.control.auth;

import io.nearcast.config.json.Documents;
import io.nearcast.control.ledger.Committed;
import io.nearcast.control.ledger.Draft;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.problem.Refusal;
import io.nearcast.control.problem.Refusal.Reason;
import io.nearcast.control.store.Document;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The tokens. Their SHA-256 hashes are kept, never the tokens: a token has 256 random bits, so that
 * its hash gives nothing away and needs no salt.
 *
 * <p>All are in memory too, brought up to date by the ledger. Thread-safe.
 */
public final class Tokens {
  /** The most tokens that there can be. */
  public static final int TOKENS_MAX = 10_000;

  private static final String PREFIX = "tokens/";
  private static final int TOKEN_BYTES = 32;
  private static final int ID_BYTES = 6;

  private final Ledger ledger;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, StoredToken> byHash = new ConcurrentHashMap<>();
  private final ConcurrentSkipListMap<String, StoredToken> byId = new ConcurrentSkipListMap<>();

  /**
   * A token that has just been made.
   *
   * @param stored what is kept
   * @param secret the token itself, which nobody will see again
   */
  public record Issued(StoredToken stored, String secret) {}

  private Tokens(Ledger ledger, InstantSource clock) {
    this.ledger = ledger;
    this.clock = clock;
  }

  /** Reads all tokens and follows the ledger from then on. */
  public static Tokens open(Ledger ledger, InstantSource clock) {
    Tokens tokens = new Tokens(ledger, clock);
    ledger.listen(tokens::committed);
    ledger.each(PREFIX, tokens::apply);
    return tokens;
  }

  private void committed(Committed committed) {
    for (Document document : committed.documents()) {
      if (document.key().startsWith(PREFIX)) {
        apply(document);
      }
    }
  }

  private void apply(Document document) {
    String id = document.key().substring(PREFIX.length());
    byte[] value = document.value();
    if (value == null) {
      StoredToken old = byId.remove(id);
      if (old != null) {
        byHash.remove(old.hash());
      }
      return;
    }
    StoredToken token = Documents.readJson(StoredToken.class, value);
    byId.put(id, token);
    byHash.put(token.hash(), token);
  }

  /**
   * Says who the bearer of a token is.
   *
   * @throws Refusal if nobody knows the token or it has expired
   */
  public Principal authenticate(@Nullable String secret) {
    if (secret == null) {
      throw new Refusal(Reason.UNAUTHENTICATED, "send the header Authorization: Bearer TOKEN");
    }
    StoredToken token = byHash.get(hash(secret));
    if (token == null || expired(token)) {
      throw new Refusal(
          Reason.UNAUTHENTICATED,
          token == null ? "nobody knows this token" : "this token has expired");
    }
    return new Principal(token.id(), token.role(), token.service());
  }

  /** Makes a token. */
  public Issued issue(Role role, @Nullable String service, @Nullable Instant expires) {
    return issue("nc_" + draw(TOKEN_BYTES), role, service, expires);
  }

  /** Takes a token in that somebody has drawn already. */
  public Issued issue(
      String secret, Role role, @Nullable String service, @Nullable Instant expires) {
    byte[] bytes = new byte[ID_BYTES];
    random.nextBytes(bytes);
    String id = HexFormat.of().formatHex(bytes);
    StoredToken stored =
        ledger.write(draft -> {
          if (byId.size() >= TOKENS_MAX) {
            throw new Refusal(
                Reason.CONFLICT, "there are " + TOKENS_MAX + " tokens: delete one first");
          }
          StoredToken token =
              new StoredToken(id, role, service, draft.now(), expires, hash(secret));
          draft.put(PREFIX + id, token);
          return token;
        });
    return new Issued(stored, secret);
  }

  /** Draws a secret without making a token of it. */
  public String draw() {
    return "nc_" + draw(TOKEN_BYTES);
  }

  /** Whether a secret is a token that is good now. */
  public boolean knows(String secret) {
    StoredToken token = byHash.get(hash(secret));
    return token != null && !expired(token);
  }

  /** Whether anybody may administer. */
  public boolean hasAdmin() {
    return byId.values().stream().anyMatch(token -> token.role() == Role.ADMIN && !expired(token));
  }

  /** A token. */
  public StoredToken get(String id) {
    StoredToken token = byId.get(id);
    if (token == null) {
      throw Refusal.absent("token", id);
    }
    return token;
  }

  /**
   * Tokens in the order of their ids.
   *
   * @param after only those beyond this id, or null for all
   */
  public List<StoredToken> list(@Nullable String after, int limit) {
    Map<String, StoredToken> rest = after == null ? byId : byId.tailMap(after, false);
    return rest.values().stream().limit(limit).toList();
  }

  /** Makes a token worthless. The last one of an administrator stays. */
  public void delete(String id) {
    ledger.write(draft -> {
      StoredToken token = draft.read(StoredToken.class, PREFIX + id);
      if (token == null) {
        throw Refusal.absent("token", id);
      }
      if (token.role() == Role.ADMIN && !otherAdmin(draft, id)) {
        throw new Refusal(Reason.CONFLICT, "this is the last admin token: make another one first");
      }
      draft.delete(PREFIX + id);
      return token;
    });
  }

  private boolean otherAdmin(Draft draft, String id) {
    List<StoredToken> all = new ArrayList<>();
    for (Document document : draft.list(PREFIX)) {
      all.add(Documents.readJson(StoredToken.class, Objects.requireNonNull(document.value())));
    }
    return all.stream()
        .anyMatch(token -> token.role() == Role.ADMIN && !token.id().equals(id) && !expired(token));
  }

  private boolean expired(StoredToken token) {
    return token.expires() != null && !clock.instant().isBefore(token.expires());
  }

  private String draw(int bytes) {
    byte[] secret = new byte[bytes];
    random.nextBytes(secret);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
  }

  static String name(Role role) {
    return role.name().toLowerCase(Locale.ROOT);
  }

  private static String hash(String secret) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(secret.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
