package io.nearcast.config.launch;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A role for {@link ServeTest}, which runs it as a process of its own. */
@Command(name = "fake")
final class ServingProcess implements Callable<Integer> {
  @Option(names = "--stuck")
  private boolean stuck;

  @Option(names = "--broken")
  private boolean broken;

  static void main(String[] args) {
    System.exit(Launch.run(new ServingProcess(), args));
  }

  @Override
  public Integer call() {
    return Launch.serve(this::close, "ready fake 127.0.0.1:1");
  }

  private void close() throws InterruptedException {
    System.out.println("closing");
    if (broken) {
      throw new IllegalStateException("cannot end");
    }
    if (stuck) {
      new CountDownLatch(1).await();
    }
    System.out.println("closed");
  }
}
