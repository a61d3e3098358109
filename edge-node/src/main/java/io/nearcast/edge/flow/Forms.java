package io.nearcast.edge.flow;

import io.nearcast.config.model.Coding;
import io.nearcast.config.model.CompressionPolicy;
import io.nearcast.edge.coding.Coder;
import io.nearcast.edge.rules.AcceptedCodings;
import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.ContentCodings;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.store.Content;
import io.nearcast.edge.store.SentHeads;
import io.nearcast.edge.store.StoredResponse;
import io.nearcast.edge.store.slab.CodedForms;
import io.nearcast.edge.store.slab.SlabBody;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Chooses in which form a client gets what is stored, and has forms made that are missing. The
 * decisions about a response (whether it is fresh, purged, of the right variant) are taken before,
 * and are about the stored form. For any thread.
 */
final class Forms {
  /** So many values of Accept-Encoding are remembered as they were read; browsers send a few. */
  private static final int VALUES_MAX = 512;

  /** Longer values are read each time. */
  private static final int VALUE_LENGTH_MAX = 128;

  private final Coder coder;
  private final Map<String, AcceptedCodings> values = new ConcurrentHashMap<>();

  Forms(Coder coder) {
    this.coder = coder;
  }

  /** The heads of a stored response under a policy; only those of the last policy are kept. */
  SentHeads heads(StoredResponse stored, CompressionPolicy policy) {
    SentHeads kept = stored.sentHeads();
    if (kept != null && kept.countFor(policy)) {
      return kept;
    }
    boolean eligible =
        stored.content() == Content.Whole.ALL
            && stored.body().complete()
            && ContentCodings.eligible(stored.head(), stored.body().length(), policy);
    SentHeads made = SentHeads.of(policy, eligible);
    stored.sentHeads(made);
    return made;
  }

  /**
   * The form in which a stored response, offered in coded forms, goes to a client. Where the one
   * that the client likes best is missing, it is made for later requests, and this one gets the
   * best that is there.
   *
   * @param body of the response, complete, held by the caller
   * @param key what it is stored under
   * @return null for the stored form
   */
  @Nullable Coding choose(
      SlabBody body, CacheKey key, RequestHead request, CompressionPolicy policy) {
    AcceptedCodings accepted = accepted(request.fields());
    List<Coding> offered = coder.able(policy.codings());
    Coding best = accepted.best(offered);
    if (best == null || ContentCodings.storedFormOnly(request.fields())) {
      return null;
    }
    CodedForms forms = body.codedForms();
    if (forms == null || !forms.decided(best)) {
      coder.want(body, key, best);
    }
    return forms == null ? null : there(forms, accepted, offered);
  }

  private static @Nullable Coding there(
      CodedForms forms, AcceptedCodings accepted, List<Coding> offered) {
    Coding best = null;
    for (int i = 0; i < offered.size(); i++) {
      Coding coding = offered.get(i);
      int least = best == null ? 0 : accepted.weight(best);
      if (accepted.weight(coding) > least && forms.get(coding) != null) {
        best = coding;
      }
    }
    return best;
  }

  /** What a request says of codings; most values have been read before. */
  AcceptedCodings accepted(Fields request) {
    String value = ContentCodings.acceptEncoding(request);
    if (value == null) {
      return AcceptedCodings.NONE;
    }
    AcceptedCodings known = values.get(value);
    if (known != null) {
      return known;
    }
    AcceptedCodings read = AcceptedCodings.parse(value);
    if (value.length() <= VALUE_LENGTH_MAX) {
      if (values.size() >= VALUES_MAX) {
        // Somebody makes them up; what browsers send is soon there again.
        values.clear();
      }
      values.put(value, read);
    }
    return read;
  }

  /** The codings in which a body is there, by their tokens. */
  static List<String> there(SlabBody stored) {
    CodedForms forms = stored.codedForms();
    return forms == null
        ? List.of()
        : Coding.ALL.stream().filter(each -> forms.get(each) != null).map(Coding::token).toList();
  }

  /**
   * The body of a form.
   *
   * @param stored held by the caller, who has the form with it
   * @param coding one that was chosen; null for the stored form
   */
  static SlabBody body(SlabBody stored, @Nullable Coding coding) {
    CodedForms forms = coding == null ? null : stored.codedForms();
    SlabBody form = forms == null || coding == null ? null : forms.get(coding);
    return form == null ? stored : form;
  }

  /**
   * An answer that is offered in coded forms, in one of them.
   *
   * @param answer its body's reference passes to the result's
   */
  static Answer as(Answer answer, @Nullable Coding coding) {
    SlabBody stored = answer.body();
    if (stored == null || coding == null) {
      return new Answer(
          ContentCodings.identity(answer.head()),
          stored,
          answer.length(),
          answer.freshness(),
          answer.asOf(),
          answer.stored());
    }
    SlabBody form = body(stored, coding).retain();
    stored.release();
    return new Answer(
        ContentCodings.coded(answer.head(), coding),
        form,
        form.length(),
        answer.freshness(),
        answer.asOf(),
        answer.stored());
  }

  /** Counts an answer whose body went out in a coded form. */
  void sent(Coding coding, long savedBytes) {
    coder.sent(coding, savedBytes);
  }
}
