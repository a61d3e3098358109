package io.nearcast.loadtest.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.loadtest.Shell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Every command that the demo prints, run as it is printed, in the order in which it is printed.
 */
@TestMethodOrder(OrderAnnotation.class)
class DemoTest {
  private static final String OLD_TITLE = "SB Admin 2 - Dashboard";
  private static final String NEW_TITLE = "Changed at the origin";

  private static Demo demo;
  private static List<DemoGuide.Step> steps;

  @BeforeAll
  static void start() throws Exception {
    demo = RunningDemo.start(null, List.of());
    steps = demo.guide().steps();
  }

  @AfterAll
  static void stop() throws Exception {
    Path data = demo.cdn().plan().data();
    demo.close();
    assertThat(data).doesNotExist();
  }

  @Test
  @Order(1)
  void clientsOfThreeCountriesAreSentToThreeEdges() throws Exception {
    List<String> output = run("Ask the router");

    assertThat(output.subList(0, 3)).containsExactly("127.0.1.1\n", "127.0.1.2\n", "127.0.1.3\n");
    assertThat(output.get(3)).contains("\"pop\":\"fra\"", "\"reason\"", "\"fra-1\"");
  }

  @Test
  @Order(2)
  void theFirstRequestIsAMissAndTheSecondAHit() throws Exception {
    List<String> output = run("Fetch the page");

    assertThat(output.get(0)).contains("200").contains("shield-1; fwd=").contains("fra-1; fwd=");
    assertThat(output.get(1)).contains("fra-1; hit");
  }

  @Test
  @Order(3)
  void aChangedPageIsStillServedFromTheCache() throws Exception {
    List<String> output = run("Change the page");

    assertThat(output.get(1)).contains(NEW_TITLE);
    assertThat(output.get(2)).contains(OLD_TITLE);
  }

  @Test
  @Order(4)
  void aPurgeByUrlHasReceiptsAndMakesTheNextRequestAMiss() throws Exception {
    List<String> output = run("Purge the page");

    assertPurged(output);
    assertThat(output.get(2)).contains(NEW_TITLE);
  }

  @Test
  @Order(5)
  void aPurgeByTagHasReceiptsAndMakesTheNextRequestAMiss() throws Exception {
    assertPurged(run("Purge by tag"));
  }

  @Test
  @Order(6)
  void aPurgeOfEverythingHasReceiptsAndMakesTheNextRequestAMiss() throws Exception {
    assertPurged(run("Purge everything"));
  }

  @Test
  @Order(7)
  void aPurgeAtANodeMakesItsNextRequestAMiss() throws Exception {
    List<String> output = run("Purge at one node");

    assertThat(output.get(0).replaceAll("\\s", "")).contains("\"matched\":1");
    assertThat(output.get(1)).contains("fra-1; fwd=").doesNotContain("hit");
  }

  @Test
  @Order(8)
  void anAddedServiceIsServedWithinASecond() throws Exception {
    List<String> output = run("Add a service");

    assertThat(output.get(0)).contains("\"name\":\"second\"");
    assertThat(output.get(1)).contains("HTTP/1.1 200");
  }

  @Test
  @Order(9)
  void anAddedOriginIsAccepted() throws Exception {
    assertThat(run("Add an origin").getFirst()).contains("\"name\":\"spare\"");
  }

  @Test
  @Order(10)
  void aWrongFieldIsNamed() throws Exception {
    assertThat(run("Write a wrong field").getFirst())
        .contains("\"status\":422")
        .contains("\"pointer\":\"/domans\"");
  }

  @Test
  void theDescriptionBeginsWithTheReadyLineAndHasAllCommands() throws Exception {
    String description = demo.description();

    assertThat(description).startsWith("ready demo http://127.0.0.1:");
    assertThat(description).contains(demo.cdn().plan().tokenFile().toString());
    assertThat(description)
        .contains("/#token=" + Files.readString(demo.cdn().plan().tokenFile()).strip());
    for (DemoGuide.Step step : steps) {
      assertThat(description).contains(step.title());
      step.commands().forEach(command -> assertThat(description).contains(command.text()));
    }
  }

  private static void assertPurged(List<String> output) {
    assertThat(output.get(0))
        .contains("\"state\":\"complete\"")
        .contains("{\"id\":\"fra-1\",\"state\":\"applied\"")
        .contains("{\"id\":\"iad-1\",\"state\":\"applied\"")
        .contains("{\"id\":\"sin-1\",\"state\":\"applied\"");
    assertThat(output.get(1)).contains("fra-1; fwd=").doesNotContain("hit");
  }

  /** Runs the commands of the step whose title begins so. */
  private static List<String> run(String title) throws Exception {
    DemoGuide.Step step =
        steps.stream().filter(one -> one.title().startsWith(title)).findAny().orElseThrow();
    List<String> output = new ArrayList<>();
    for (DemoGuide.Command command : step.commands()) {
      output.add(Shell.run(command.text()));
    }
    return output;
  }
}
