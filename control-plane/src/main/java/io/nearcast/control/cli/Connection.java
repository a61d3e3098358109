package io.nearcast.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.nearcast.config.json.Documents;
import io.nearcast.config.launch.Launch;
import io.nearcast.config.launch.StartFailure;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What every command needs: whom to ask, with which token, and how to print the answer. */
final class Connection {
  @Option(
      names = "--control-plane",
      paramLabel = "URL",
      split = ",",
      defaultValue = "http://127.0.0.1:7000",
      description = "the control plane; of several the first that can be reached")
  private List<URI> controlPlanes = new ArrayList<>();

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "file with the token, on one line; else NEARCAST_TOKEN has it")
  private @Nullable Path tokenFile;

  // Hidden, for others can read command lines; it is here for its environment variable.
  @Option(names = "--token", hidden = true)
  private @Nullable String token;

  @Option(names = "--json", description = "print the control plane's answer as it is, for scripts")
  private boolean json;

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  /** One command's work. */
  interface Work {
    /**
     * Asks and prints.
     *
     * @return the exit code
     */
    int run(Client client, PrintWriter out);
  }

  /** Does the work, and says on standard error why it was refused. */
  int run(Work work) {
    PrintWriter out = spec().commandLine().getOut();
    try (Client client = new Client(controlPlanes, token())) {
      return work.run(client, out);
    } catch (Refused e) {
      PrintWriter err = spec().commandLine().getErr();
      err.println(spec().qualifiedName() + ": " + e.text());
      return Launch.EXIT_FAILURE;
    } finally {
      out.flush();
    }
  }

  /** Whether the answer is to be printed as it is. */
  boolean json() {
    return json;
  }

  /** Prints an answer as it is. */
  static void print(PrintWriter out, JsonNode answer) {
    out.println(new String(Documents.writeJson(answer), StandardCharsets.UTF_8));
  }

  private CommandSpec spec() {
    if (command == null) {
      throw new IllegalStateException("picocli sets it");
    }
    return command;
  }

  private String token() {
    if (tokenFile == null) {
      if (token == null) {
        throw new StartFailure(
            "needs a token: name its file with --token-file FILE, or set NEARCAST_TOKEN");
      }
      return token.strip();
    }
    try {
      return Files.readString(tokenFile).strip();
    } catch (IOException e) {
      throw new StartFailure(
          tokenFile + " cannot be read (" + e + "): name a file with a token with --token-file", e);
    }
  }
}
