package io.nearcast.control.rest;

import io.nearcast.control.store.consul.ConsulAgent;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ConsulKeyedPurgesTest implements KeyedPurgesBehaviour {
  private static final AtomicInteger TESTS = new AtomicInteger();
  private static ConsulAgent agent;

  private Path directory;
  private URI url;
  private RunningControlPlane one;
  private RunningControlPlane two;
  private Http elsewhere;

  @BeforeAll
  static void startAgent(@TempDir Path directory) {
    agent = ConsulAgent.start(directory);
  }

  @AfterAll
  static void stopAgent() {
    agent.close();
  }

  @BeforeEach
  void start(@TempDir Path directory) {
    this.directory = directory;
    url = agent.url("keyed/" + TESTS.incrementAndGet());
    startBoth();
    KeyedPurgesBehaviour.prepare(http(), elsewhere());
  }

  private void startBoth() {
    one = RunningControlPlane.in(directory.resolve("one"), url);
    two = RunningControlPlane.in(directory.resolve("two"), url);
    elsewhere = one.admin().at(two.controlPlane().address());
  }

  @AfterEach
  void stop() {
    elsewhere.close();
    two.close();
    one.close();
  }

  @Override
  public Http http() {
    return one.admin();
  }

  @Override
  public Http elsewhere() {
    return elsewhere;
  }

  @Override
  public void restart() {
    stop();
    startBoth();
  }
}
