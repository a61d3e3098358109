package io.nearcast.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.control.rest.Http;
import io.nearcast.control.rest.RunningControlPlane;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kills a real process with SIGKILL while many clients write. */
@Timeout(90)
final class CrashTest {
  private static final int WRITERS = 8;
  private static final int WRITES_BEFORE_THE_KILL = 150;

  private final List<String> answered = new CopyOnWriteArrayList<>();
  private final CountDownLatch enough = new CountDownLatch(WRITES_BEFORE_THE_KILL);

  @Test
  void everyWriteThatWasAnsweredIsThereAfterAKill(@TempDir Path directory) throws Exception {
    try (ControlPlaneProcess first = ControlPlaneProcess.start(directory)) {
      writeUntilKilled(first);
    }
    try (ControlPlaneProcess second = ControlPlaneProcess.start(directory);
        Http http = new Http(second.address(), second.adminToken())) {
      assertThat(answered).hasSizeGreaterThanOrEqualTo(WRITES_BEFORE_THE_KILL);
      for (String path : answered) {
        assertThat(http.get(path).status()).as(path).isEqualTo(200);
      }
      assertThat(second.terminate()).isZero();
    }
  }

  private void writeUntilKilled(ControlPlaneProcess process) throws InterruptedException {
    try (ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
      for (int i = 0; i < WRITERS; i++) {
        int writer = i;
        writers.execute(() -> write(process, writer));
      }
      assertThat(enough.await(60, TimeUnit.SECONDS)).isTrue();
      process.kill();
    }
  }

  private void write(ControlPlaneProcess process, int writer) {
    try (Http http = new Http(process.address(), process.adminToken())) {
      for (int i = 0; ; i++) {
        String name = "w" + writer + "-" + i;
        keep(
            http.put("/v1/services/" + name, RunningControlPlane.service(name + ".example")),
            "/v1/services/" + name);
        keep(
            http.put("/v1/pops/" + name, "{\"latitude\": 1, \"longitude\": 2}"),
            "/v1/pops/" + name);
        Http.Answer purge =
            http.post("/v1/purges", "{\"service\": \"" + name + "\", \"everything\": true}");
        keep(purge, purge.header("Location"));
      }
    } catch (UncheckedIOException e) {
      enough.countDown(); // the process is dead: this is how each writer ends
    }
  }

  private void keep(Http.Answer answer, String path) {
    if (answer.status() / 100 == 2) {
      answered.add(path);
      enough.countDown();
    }
  }

  @Test
  void badOptionIsOneLineAndExitCodeTwo() throws Exception {
    Process process = ControlPlaneProcess.launch("--listen", "nonsense");
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(2);
  }
}
