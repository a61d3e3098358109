package io.nearcast.loadtest.site;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;

/**
 * The sample site's files: SB Admin 2 (MIT licence), fourteen pages with their styles, scripts,
 * images and fonts, which come with the distribution as a webjar.
 *
 * <p>The site as published asks two outside hosts for a font and for photos. Unpacked, it asks
 * none: the font is left out, and the photos are pictures of the site itself. So its pages load
 * without an error where there is no network.
 */
public final class SiteFiles {
  private static final String WEBJAR = "META-INF/resources/webjars/startbootstrap-sb-admin-2/";

  /** What only the site's makers need: 1,800 single icons, sources, maps. */
  private static final Pattern UNUSED =
      Pattern.compile(
          "(?:.*/)?(?:svgs|sprites|metadata|less|scss)/.*|vendor/fontawesome-free/js/.*"
              + "|.*\\.(?:map|scss|less|lock|yml)|(?:.*/)?(?:package|package-lock)\\.json|\\..*|.*/\\..*");

  /** The font of an outside host; its line makes room for the icon that the site lacks. */
  private static final Pattern OUTSIDE_FONT =
      Pattern.compile(
          "<link\\s+href=\"https://fonts\\.googleapis\\.com/[^\"]*\"\\s+rel=\"[^\"]*\"\\s*>");

  private static final String ICON =
      "<link href=\"img/undraw_rocket.svg\" rel=\"icon\" type=\"image/svg+xml\">";
  private static final Pattern OUTSIDE_PHOTO =
      Pattern.compile("https://source\\.unsplash\\.com/[^\")]*");
  private static final String PICTURE = "img/undraw_profile_1.svg";
  private static final String BACKGROUND = "../img/undraw_posting_photo.svg";

  private SiteFiles() {}

  /**
   * Writes the site into a folder, unless the folder has an {@code index.html} already: then
   * whatever is there, with all that was changed in it, is the site.
   *
   * @param directory created where it is absent
   * @throws IOException if the site is not on the class path or cannot be written
   */
  public static void unpack(Path directory) throws IOException {
    if (Files.exists(directory.resolve("index.html"))) {
      return;
    }
    URL webjar = SiteFiles.class.getClassLoader().getResource(WEBJAR);
    if (webjar == null || !(webjar.openConnection() instanceof JarURLConnection connection)) {
      throw new IOException("the sample site's jar is not on the class path: run mvn package");
    }
    connection.setUseCaches(false);
    try (JarFile jar = connection.getJarFile()) {
      List<JarEntry> entries =
          Collections.list(jar.entries()).stream().filter(SiteFiles::partOfTheSite).toList();
      for (JarEntry entry : entries) {
        Path file = directory.resolve(sitePath(entry)).normalize();
        if (!file.startsWith(directory)) {
          throw new IOException("the sample site's jar has a path outside of it: " + entry);
        }
        Files.createDirectories(file.getParent());
        try (InputStream in = jar.getInputStream(entry)) {
          Files.write(file, withoutOutsideHosts(sitePath(entry), in.readAllBytes()));
        }
      }
    }
  }

  private static boolean partOfTheSite(JarEntry entry) {
    return entry.getName().startsWith(WEBJAR)
        && !entry.isDirectory()
        && !UNUSED.matcher(sitePath(entry)).matches();
  }

  /** The path below the folder that is named by the site's version. */
  private static String sitePath(JarEntry entry) {
    return entry.getName().substring(entry.getName().indexOf('/', WEBJAR.length()) + 1);
  }

  private static byte[] withoutOutsideHosts(String path, byte[] content) {
    boolean page = path.endsWith(".html");
    if (!page && !path.endsWith(".css")) {
      return content;
    }
    String text = new String(content, StandardCharsets.UTF_8);
    text = OUTSIDE_FONT.matcher(text).replaceAll(ICON);
    text = OUTSIDE_PHOTO.matcher(text).replaceAll(page ? PICTURE : BACKGROUND);
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
