package io.nearcast.control.store.consul;

import com.orbitz.consul.Consul;
import com.orbitz.consul.ConsulException;
import com.orbitz.consul.KeyValueClient;
import com.orbitz.consul.model.ConsulResponse;
import com.orbitz.consul.model.kv.ImmutableOperation;
import com.orbitz.consul.model.kv.Operation;
import com.orbitz.consul.model.kv.TxResponse;
import com.orbitz.consul.model.kv.Value;
import com.orbitz.consul.model.kv.Verb;
import com.orbitz.consul.option.ConsistencyMode;
import com.orbitz.consul.option.ImmutableQueryOptions;
import com.orbitz.consul.option.PutOptions;
import com.orbitz.consul.option.QueryOptions;
import io.nearcast.control.store.StoreFailure;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Consul's KV store through its client, with the client's ways of failing made one. Thread-safe.
 */
final class ConsulKv implements AutoCloseable {
  private static final Duration CONNECT_MAX = Duration.ofSeconds(2);
  private static final Duration READ_MAX = Duration.ofSeconds(10);
  private static final int BLOCK_SECONDS = 5;
  private static final int HTTP_CONFLICT = 409;
  private static final int HTTP_NOT_FOUND = 404;

  private static final QueryOptions NEWEST =
      ImmutableQueryOptions.builder().consistencyMode(ConsistencyMode.CONSISTENT).build();

  private final Consul consul;
  private final ExecutorService executor;
  private final KeyValueClient client;

  private ConsulKv(Consul consul, ExecutorService executor) {
    this.consul = consul;
    this.executor = executor;
    client = consul.keyValueClient();
  }

  /**
   * Connects to an agent.
   *
   * @throws StoreFailure if it does not answer
   */
  static ConsulKv connect(URI url, @Nullable String token) {
    ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    try {
      Consul.Builder builder =
          Consul.builder()
              .withUrl(url.getScheme() + "://" + url.getAuthority())
              .withConnectTimeoutMillis(CONNECT_MAX.toMillis())
              .withReadTimeoutMillis(READ_MAX.toMillis())
              .withWriteTimeoutMillis(READ_MAX.toMillis())
              .withExecutorService(executor);
      if (token != null) {
        builder.withAclToken(token);
      }
      return new ConsulKv(builder.build(), executor);
    } catch (RuntimeException e) {
      executor.shutdownNow();
      throw failure("Consul does not answer at " + url, e);
    }
  }

  /** A value, as Consul's leader has it. */
  @Nullable Value read(String key) {
    return told(() -> client.getValue(key).orElse(null));
  }

  /** A value, as a majority of Consul's servers agrees that it is. */
  @Nullable Value readNewest(String key) {
    return told(() -> client.getValue(key, NEWEST).orElse(null));
  }

  /**
   * Waits until a key has changed, for a few seconds.
   *
   * @param index the index of what the caller knows
   * @return the index now
   * @throws StoreFailure if Consul does not answer, or the key is gone
   */
  BigInteger awaitChange(String key, BigInteger index) {
    return told(() ->
        client
            .getConsulResponseWithValue(
                key, QueryOptions.blockSeconds(BLOCK_SECONDS, index).build())
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
    try {
      write(List.of(create));
    } catch (ConsulException e) {
      if (e.getCode() != HTTP_CONFLICT) {
        throw failure("cannot create " + key, e);
      }
    }
  }

  /** Writes a value, whatever is there. */
  void put(String key, byte[] value) {
    told(() -> client.putValue(key, value, 0, PutOptions.BLANK));
  }

  /** Deletes a key, whether it is there or not. */
  void delete(String key) {
    told(() -> {
      client.deleteKey(key);
      return key;
    });
  }

  /** Deletes keys, whether they are there or not, some at a time. */
  void deleteAll(List<String> keys) {
    for (int from = 0; from < keys.size(); from += ConsulStore.OPERATIONS_MAX) {
      Operation[] deletes =
          keys.subList(from, Math.min(keys.size(), from + ConsulStore.OPERATIONS_MAX)).stream()
              .map(key -> ImmutableOperation.builder().verb(Verb.DELETE.toValue()).key(key).build())
              .toArray(Operation[]::new);
      told(() -> client.performTransaction(deletes));
    }
  }

  /** A lock on a key. */
  ConsulLock lock(String key) {
    return new ConsulLock(consul.sessionClient(), client, key);
  }

  /** All keys that begin with a prefix. */
  List<String> keys(String prefix) {
    return told(() -> {
      try {
        return client.getKeys(prefix);
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
    return told(() -> client.getValues(prefix));
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
    try {
      return values(client.performTransaction(gets));
    } catch (ConsulException e) {
      if (e.getCode() != HTTP_CONFLICT) {
        throw failure("cannot read", e);
      }
      return oneByOne(keys); // one of them is gone, which fails the transaction as a whole
    }
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
   * Performs a transaction.
   *
   * @return the index of its first value
   * @throws ConsulException with the code 409 if a check fails and nothing was written
   * @throws StoreFailure if it was interrupted
   */
  BigInteger write(List<Operation> operations) {
    try {
      ConsulResponse<TxResponse> response =
          client.performTransaction(operations.toArray(Operation[]::new));
      return BigInteger.valueOf(values(response).getFirst().getModifyIndex());
    } catch (ConsulException e) {
      throw e;
    } catch (Exception e) {
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

  private static <T extends @Nullable Object> T told(Supplier<T> call) {
    try {
      return call.get();
    } catch (StoreFailure e) {
      throw e;
    } catch (Exception e) {
      throw unexpected(e);
    }
  }

  /** The HTTP client throws InterruptedException without declaring it. */
  private static StoreFailure unexpected(Exception e) {
    if (e instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    return failure("Consul has failed", e);
  }

  static StoreFailure failure(String message, Throwable cause) {
    return new StoreFailure(message + ": " + cause.getMessage(), cause);
  }

  static StoreFailure failure(String message) {
    return new StoreFailure(message, new IOException(message));
  }

  @Override
  public void close() {
    executor.shutdownNow();
    consul.destroy();
  }
}
