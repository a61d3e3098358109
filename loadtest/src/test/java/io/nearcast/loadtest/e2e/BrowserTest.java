package io.nearcast.loadtest.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.loadtest.Shell;
import io.nearcast.loadtest.cdn.CdnPlan;
import io.nearcast.loadtest.cdn.RestClient;
import io.nearcast.loadtest.demo.Demo;
import io.nearcast.loadtest.demo.RunningDemo;
import io.nearcast.loadtest.load.LoadOrigin;
import io.nearcast.loadtest.load.LoadPlan;
import io.nearcast.loadtest.load.LoadResult;
import io.nearcast.loadtest.load.LoadRun;
import io.nearcast.loadtest.load.Target;
import io.nearcast.loadtest.report.HtmlReport;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** The web site, the dashboard and a report in a real browser, without an error in its console. */
class BrowserTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** All that a page has loaded besides itself, and whether its pictures could be drawn. */
  private static final String LOADED =
      "return performance.getEntriesByType('resource').map(e => e.responseStatus + ' ' + e.name)";

  private static final String BROKEN_IMAGES =
      "return [...document.images].filter(i => !i.complete || i.naturalWidth === 0).map(i => i.src)";

  private static final String OWN_CACHE_STATUS =
      "const answer = await fetch(location.href, {cache: 'no-store'});"
          + "return answer.headers.get('cache-status')";

  @TempDir private static Path profile;
  private static Demo demo;
  private static ChromeDriver browser;
  private static String site;

  @BeforeAll
  static void start() throws Exception {
    demo = RunningDemo.start();
    CdnPlan.Node edge = RunningDemo.plan(demo).edges().getFirst();
    site = "http://www.demo.test:" + edge.listen().port();
    browser = browser(edge.listen().host());
    browser.manage().window().setSize(new Dimension(1280, 900));
  }

  @AfterAll
  static void stop() throws Exception {
    try {
      browser.quit();
    } finally {
      demo.close();
    }
  }

  @Test
  void everyPageOfTheSiteLoadsThroughAnEdgeWithoutAnError() throws Exception {
    for (String page : List.of("/", "/charts.html", "/tables.html", "/cards.html", "/login.html")) {
      browser.get(site + page);
      assertNoErrors(page);
      assertThat(browser.getTitle()).startsWith("SB Admin 2");
      assertThat(strings(BROKEN_IMAGES)).as(page).isEmpty();
      assertThat(strings(LOADED))
          .as(page)
          .isNotEmpty()
          .allMatch(resource -> resource.startsWith("200 " + site + "/"));
      screenshot("site" + page.replaceAll("\\W+", "-"));
    }
    browser.get(site + "/");
    String status = (String) browser.executeScript(OWN_CACHE_STATUS);
    assertThat(status).contains("fra-1; hit");
  }

  @Test
  void theDashboardShowsNodesServicesAndPurgesAsTheyCome() throws Exception {
    CdnPlan plan = RunningDemo.plan(demo);
    browser.get("http://" + plan.controlPlane() + "/#token=" + RunningDemo.token(demo));

    awaitText("fra-1", "iad-1", "sin-1", "shield-1", "router-1", "www.demo.test");
    try (RestClient rest =
        new RestClient(URI.create("http://" + plan.controlPlane()), RunningDemo.token(demo))) {
      String purge =
          rest.post(
                  "/v1/purges",
                  "{\"service\":\"demo\",\"tags\":[\"tag-of-the-test\"]}",
                  "Prefer",
                  "wait=10")
              .orFail()
              .body();
      assertThat(purge).contains("complete");
    }
    awaitText("tag-of-the-test", "complete");
    assertNoErrors("dashboard");
    screenshot("dashboard");
  }

  @Test
  void aLoadReportOpensFromADisk() throws Exception {
    InetSocketAddress anyPort = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
    LoadPlan plan = LoadPlan.DEFAULT.of(100, 1_000).lasting(Duration.ofSeconds(2));
    try (LoadOrigin origin = LoadOrigin.start(anyPort, Duration.ofHours(1))) {
      LoadResult result =
          LoadRun.run(plan, new Target(origin.address(), "load.test"), origin, second -> {});
      Path page = profile.resolve("report.html");
      Files.writeString(page, HtmlReport.render(result));
      browser.get(page.toUri().toString());
    }

    assertNoErrors("report");
    assertThat(browser.findElements(By.tagName("svg"))).hasSize(4);
    assertThat(strings(LOADED)).isEmpty();
    screenshot("load-report");
  }

  private static void awaitText(String... texts) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(browser.findElement(By.tagName("body")).getText()).contains(texts));
  }

  private static void assertNoErrors(String page) {
    List<LogEntry> entries =
        browser.manage().logs().get(LogType.BROWSER).getAll().stream()
            .filter(entry -> entry.getLevel().intValue() >= Level.SEVERE.intValue())
            .toList();
    assertThat(entries).as(page).isEmpty();
  }

  @SuppressWarnings("unchecked")
  private static List<String> strings(String script) {
    return (List<String>) browser.executeScript(script);
  }

  /** Kept with the build, to be looked at. */
  private static void screenshot(String name) throws IOException {
    Path folder = Files.createDirectories(Shell.root().resolve("loadtest/target/screenshots"));
    Files.write(folder.resolve(name + ".png"), browser.getScreenshotAs(OutputType.BYTES));
  }

  private static ChromeDriver browser(String edgeHost) {
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    ChromeOptions options = new ChromeOptions();
    options.setBinary("/usr/bin/chromium");
    options.setCapability("goog:loggingPrefs", logs);
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--user-data-dir=" + profile,
        // The site's host is the edge; there is no other host in the world.
        "--host-resolver-rules=MAP www.demo.test "
            + edgeHost
            + ",MAP * ~NOTFOUND,EXCLUDE 127.0.0.1,EXCLUDE "
            + edgeHost);
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(new File("/usr/bin/chromedriver"))
            .usingAnyFreePort()
            .build();
    return new ChromeDriver(service, options);
  }
}
