package io.nearcast.router;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One run of the real {@code dig} of BIND.
 *
 * @param output all that it printed
 */
record Dig(String output) {
  private static final Pattern STATUS = Pattern.compile("status: ([A-Z]+)");
  private static final Pattern FLAGS = Pattern.compile(";; flags: ([a-z ]*);");
  private static final Pattern SUBNET = Pattern.compile("; CLIENT-SUBNET: (\\S+)");

  /** Asks a server on loopback, once. */
  static Dig run(int port, String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of("dig", "@127.0.0.1", "-p", String.valueOf(port), "+time=5", "+tries=1"));
    command.addAll(Arrays.asList(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException("dig did not end: " + output);
    }
    return new Dig(output);
  }

  /** Such as NOERROR. */
  String status() {
    return first(STATUS);
  }

  /** Such as {@code qr aa rd}. */
  String flags() {
    return first(FLAGS);
  }

  /** Address, source and scope prefix length, as in {@code 192.0.2.0/24/16}; empty without one. */
  String subnet() {
    return first(SUBNET);
  }

  /** The records of a section, such as ANSWER, with single spaces. */
  List<String> section(String name) {
    List<String> records = new ArrayList<>();
    boolean inside = false;
    for (String line : output.lines().toList()) {
      if (line.startsWith(";; " + name + " SECTION:")) {
        inside = true;
      } else if (line.isEmpty()) {
        inside = false;
      } else if (inside) {
        records.add(line.replaceAll("\\s+", " "));
      }
    }
    return records;
  }

  /** The data of the answer's records, in order. */
  List<String> answers() {
    return section("ANSWER").stream().map(line -> line.split(" ", 5)[4]).toList();
  }

  private String first(Pattern pattern) {
    Matcher matcher = pattern.matcher(output);
    return matcher.find() ? matcher.group(1) : "";
  }
}
