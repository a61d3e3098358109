package io.nearcast.control.store.consul;

import com.orbitz.consul.Consul;
import com.orbitz.consul.ConsulException;
import com.orbitz.consul.model.ConsulResponse;
import com.orbitz.consul.model.kv.ImmutableOperation;
import com.orbitz.consul.model.kv.Operation;
import com.orbitz.consul.model.kv.TxResponse;
import com.orbitz.consul.model.kv.Value;
import com.orbitz.consul.model.kv.Verb;
import com.orbitz.consul.option.ConsistencyMode;
import com.orbitz.consul.option.ImmutableQueryOptions;
import com.orbitz.consul.option.ImmutableTransactionOptions;
import com.orbitz.consul.option.PutOptions;
import com.orbitz.consul.option.QueryOptions;
import com.orbitz.consul.option.TransactionOptions;
import io.nearcast.control.store.StoreFailure;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Consul's KV store through its client, with the client's ways of failing made one.
 *
 * <p>Calls go to one agent until it does not answer or has no leader; then the next one of the list
 * is asked, and stays the one. Everything is read as a majority of Consul's servers agrees that it
 * is, for decisions are built on it. A read takes at most about 11 seconds, a write 6. Thread-safe.
 */
final class ConsulKv implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ConsulKv.class);

  private static final Duration CONNECT_MAX = Duration.ofSeconds(1);
  private static final Duration READ_MAX = Duration.ofSeconds(5);

  /** No further agent is asked once a read has taken so long. */
  private static final long FAIL_OVER_NANOS = READ_MAX.toNanos();

  private static final int BLOCK_SECONDS = 5;
  private static final int HTTP_CONFLICT = 409;
  private static final int HTTP_NOT_FOUND = 404;
  private static final int HTTP_SERVER_ERROR = 500;

  private static final QueryOptions NEWEST =
      ImmutableQueryOptions.builder().consistencyMode(ConsistencyMode.CONSISTENT).build();

  private static final TransactionOptions NEWEST_OF_ALL =
      ImmutableTransactionOptions.builder().consistencyMode(ConsistencyMode.CONSISTENT).build();

  private final ExecutorService executor;
  private final List<URI> urls;
  private final List<Consul> agents;
  private final AtomicInteger current = new AtomicInteger();

  private ConsulKv(ConsulAddress address, ExecutorService executor) {
    this.executor = executor;
    urls = address.agents();
    agents = urls.stream().map(agent -> client(agent, address.token())).toList();
  }

  /** Makes the clients; nothing is asked yet. */
  static ConsulKv of(ConsulAddress address) {
    ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    return new ConsulKv(address, executor);
  }

  private Consul client(URI agent, @Nullable String token) {
    Consul.Builder builder =
        Consul.builder()
            .withUrl(agent.toString())
            .withPing(false)
            .withConnectTimeoutMillis(CONNECT_MAX.toMillis())
            .withReadTimeoutMillis(READ_MAX.toMillis())
            .withWriteTimeoutMillis(READ_MAX.toMillis())
            .withExecutorService(executor);
    if (token != null) {
      builder.withAclToken(token);
    }
    return builder.build();
  }

  /** A value, or null. */
  @Nullable Value read(String key) {
    return told(consul -> consul.keyValueClient().getValue(key, NEWEST).orElse(null));
  }

  /**
   * Waits until a key has changed, for a few seconds.
   *
   * @param index the index of what the caller knows
   * @return the index now
   * @throws StoreFailure if Consul does not answer, or the key is gone
   */
  BigInteger awaitChange(String key, BigInteger index) {
    QueryOptions options = QueryOptions.blockSeconds(BLOCK_SECONDS, index).build();
    return told(consul ->
        consul
            .keyValueClient()
            .getConsulResponseWithValue(key, options)
            .map(ConsulResponse::getIndex)
            .orElseThrow(() -> failure(key + " is gone")));
  }

  /** Writes a value unless the key is there already. */
  void create(String key, byte[] value) {
    Operation create =
        ImmutableOperation.builder()
            .verb(Verb.CHECK_AND_SET.toValue())
            .key(key)
            .value(new String(value, StandardCharsets.UTF_8))
            .index(BigInteger.ZERO)
            .build();
    told(consul -> {
      try {
        consul.keyValueClient().performTransaction(create);
      } catch (ConsulException e) {
        if (e.getCode() != HTTP_CONFLICT) {
          throw e;
        }
      }
      return key;
    });
  }

  /** Writes a value if the key has not been changed since an index, and another one with it. */
  void replace(String key, byte[] value, BigInteger index, String other, byte[] otherValue) {
    allOrNone(
        ImmutableOperation.builder()
            .verb(Verb.CHECK_AND_SET.toValue())
            .key(key)
            .value(new String(value, StandardCharsets.UTF_8))
            .index(index)
            .build(),
        ImmutableOperation.builder()
            .verb(Verb.SET.toValue())
            .key(other)
            .value(new String(otherValue, StandardCharsets.UTF_8))
            .build());
  }

  /** Writes a value, whatever is there. */
  void put(String key, byte[] value) {
    told(consul -> consul.keyValueClient().putValue(key, value, 0, PutOptions.BLANK));
  }

  /**
   * Writes a value if the key is as the caller knows it.
   *
   * @param index at which it was written last, 0 if it is not to be there
   * @return the new index, empty if it is not so, or the answer to the write was lost
   */
  OptionalLong compareAndSet(String key, byte[] value, BigInteger index) {
    List<Value> written =
        allOrNone(
            ImmutableOperation.builder()
                .verb(Verb.CHECK_AND_SET.toValue())
                .key(key)
                .value(new String(value, StandardCharsets.UTF_8))
                .index(index)
                .build());
    return written == null
        ? OptionalLong.empty()
        : OptionalLong.of(written.getFirst().getModifyIndex());
  }

  /** Deletes a key if it was written last at an index; says whether it was. */
  boolean compareAndDelete(String key, BigInteger index) {
    return allOrNone(
            ImmutableOperation.builder()
                .verb(Verb.DELETE_CHECK_AND_SET.toValue())
                .key(key)
                .index(index)
                .build())
        != null;
  }

  /** Deletes a key, whether it is there or not. */
  void delete(String key) {
    told(consul -> {
      consul.keyValueClient().deleteKey(key);
      return key;
    });
  }

  /** Deletes all keys that begin with a prefix. */
  void deleteTree(String prefix) {
    told(consul -> {
      consul.keyValueClient().deleteKeys(prefix);
      return prefix;
    });
  }

  /** Performs a transaction that can be repeated, at any agent that answers. */
  void writeAgain(List<Operation> operations) {
    Operation[] all = operations.toArray(Operation[]::new);
    told(consul -> consul.keyValueClient().performTransaction(all));
  }

  /** Deletes keys, whether they are there or not, some at a time. */
  void deleteAll(List<String> keys) {
    for (int from = 0; from < keys.size(); from += ConsulStore.OPERATIONS_MAX) {
      Operation[] deletes =
          keys.subList(from, Math.min(keys.size(), from + ConsulStore.OPERATIONS_MAX)).stream()
              .map(key -> ImmutableOperation.builder().verb(Verb.DELETE.toValue()).key(key).build())
              .toArray(Operation[]::new);
      told(consul -> consul.keyValueClient().performTransaction(deletes));
    }
  }

  /** A lock on a key. */
  ConsulLock lock(String key) {
    return new ConsulLock(this, key);
  }

  /** All keys that begin with a prefix. */
  List<String> keys(String prefix) {
    return told(consul -> {
      try {
        return consul.keyValueClient().getKeys(prefix, NEWEST);
      } catch (ConsulException e) {
        if (e.getCode() == HTTP_NOT_FOUND) {
          return List.of();
        }
        throw e;
      }
    });
  }

  /** All values whose keys begin with a prefix. */
  List<Value> readTree(String prefix) {
    return told(consul -> consul.keyValueClient().getValues(prefix, NEWEST));
  }

  /**
   * Waits until a key that begins with a prefix has changed, for a few seconds.
   *
   * @param index the index of what the caller knows
   */
  ConsulResponse<List<Value>> awaitTreeChange(String prefix, BigInteger index) {
    QueryOptions options = QueryOptions.blockSeconds(BLOCK_SECONDS, index).build();
    return told(consul -> consul.keyValueClient().getConsulResponseWithValues(prefix, options));
  }

  /** The values of some keys, in the order of the keys; those that are gone are left out. */
  List<Value> readAll(List<String> keys) {
    List<Value> values = new ArrayList<>(keys.size());
    for (int from = 0; from < keys.size(); from += ConsulStore.OPERATIONS_MAX) {
      values.addAll(
          readSome(keys.subList(from, Math.min(keys.size(), from + ConsulStore.OPERATIONS_MAX))));
    }
    return values;
  }

  private List<Value> readSome(List<String> keys) {
    Operation[] gets =
        keys.stream()
            .map(key -> ImmutableOperation.builder().verb(Verb.GET.toValue()).key(key).build())
            .toArray(Operation[]::new);
    List<Value> some = allOrNone(gets);
    return some == null ? oneByOne(keys) : some;
  }

  /** All values, or null where a check fails or one of them is gone; then nothing is written. */
  private @Nullable List<Value> allOrNone(Operation... operations) {
    return told(consul -> {
      try {
        return values(consul.keyValueClient().performTransaction(NEWEST_OF_ALL, operations));
      } catch (ConsulException e) {
        if (e.getCode() == HTTP_CONFLICT) {
          return null;
        }
        throw e;
      }
    });
  }

  private List<Value> oneByOne(List<String> keys) {
    List<Value> values = new ArrayList<>(keys.size());
    for (String key : keys) {
      Value value = read(key);
      if (value != null) {
        values.add(value);
      }
    }
    return values;
  }

  /**
   * Performs a transaction, at one agent only: whoever writes decides what a lost answer means.
   *
   * @return the index of its first value
   * @throws ConsulException with the code 409 if a check fails; nothing was written, unless an
   *     earlier answer was lost
   * @throws StoreFailure if it is not known whether it was written
   */
  BigInteger write(List<Operation> operations) {
    int at = current.get();
    try {
      ConsulResponse<TxResponse> response =
          agents.get(at).keyValueClient().performTransaction(operations.toArray(Operation[]::new));
      return BigInteger.valueOf(values(response).getFirst().getModifyIndex());
    } catch (Exception e) {
      if (e instanceof ConsulException refused && !isOfTheAgent(refused)) {
        throw refused;
      }
      leave(at);
      throw unexpected(e);
    }
  }

  private static List<Value> values(ConsulResponse<TxResponse> response) {
    return response.getResponse().results().stream()
        .flatMap(result -> result.values().stream())
        .toList();
  }

  static byte[] bytes(Value value) {
    return value.getValueAsBytes().orElseGet(() -> new byte[0]);
  }

  /**
   * Asks one agent, and where it does not answer the next.
   *
   * @throws StoreFailure if none answers in time, or Consul refuses
   */
  <T extends @Nullable Object> T told(Function<Consul, T> call) {
    long giveUpNanos = System.nanoTime() + FAIL_OVER_NANOS;
    for (int tries = 1; ; tries++) {
      int at = current.get();
      try {
        return call.apply(agents.get(at));
      } catch (StoreFailure e) {
        throw e;
      } catch (Exception e) {
        boolean next = isOfTheAgent(e) && leave(at);
        if (!next || tries == agents.size() || System.nanoTime() - giveUpNanos > 0) {
          throw unexpected(e);
        }
      }
    }
  }

  /** Whether another agent may do better: this one is not there, or finds no leader. */
  private static boolean isOfTheAgent(Exception e) {
    return e instanceof ConsulException consul
        ? consul.getCode() == 0 || consul.getCode() >= HTTP_SERVER_ERROR
        : !(e instanceof InterruptedException);
  }

  /** Has the next agent asked from now on. */
  private boolean leave(int at) {
    int next = (at + 1) % agents.size();
    if (next != at && current.compareAndSet(at, next)) {
      LOG.debug("{} does not answer, asks {}", urls.get(at), urls.get(next));
    }
    return next != at;
  }

  /** The HTTP client throws InterruptedException without declaring it. */
  private static StoreFailure unexpected(Exception e) {
    if (e instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    return failure("Consul has failed", e);
  }

  static StoreFailure failure(String message, Throwable cause) {
    Throwable why =
        cause instanceof ConsulException && cause.getCause() != null ? cause.getCause() : cause;
    return new StoreFailure(message + ": " + why.getMessage(), cause);
  }

  static StoreFailure failure(String message) {
    return new StoreFailure(message, new IOException(message));
  }

  @Override
  public void close() {
    executor.shutdownNow();
    agents.forEach(Consul::destroy);
  }
}
