# The one image of all roles: docker build -t nearcast . ; docker run nearcast help

FROM docker.io/library/maven:3.9-eclipse-temurin-25 AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.m2 bin/build
# A Java runtime with what the roles need, the tools that look into a running one (jcmd, jstack), and class data archives
# for the headers that the launcher asks for.
RUN jlink --add-modules java.se,jdk.crypto.ec,jdk.jcmd,jdk.jfr,jdk.management,jdk.naming.dns,jdk.net,jdk.unsupported,jdk.zipfs \
      --no-header-files --no-man-pages --output /jre \
 && /jre/bin/java -Xshare:dump -XX:+UseCompactObjectHeaders

# Countries of all networks, public domain (CC0), so that a router can choose without further files.
FROM docker.io/library/node:22-bookworm-slim AS geo
WORKDIR /geo
RUN npm pack --silent @ip-location-db/geo-whois-asn-country-mmdb \
 && tar -xzf ./*.tgz \
 && mv package/geo-whois-asn-country.mmdb country.mmdb

FROM docker.io/library/debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --user-group --no-create-home --home-dir /var/lib/nearcast --shell /usr/sbin/nologin nearcast \
 && install -d -o nearcast -g nearcast /var/lib/nearcast
COPY --from=build /jre /opt/java
COPY --from=geo /geo/country.mmdb /opt/nearcast/geo/country.mmdb
COPY --from=build /src/target/dist/lib /opt/nearcast/lib
COPY LICENSE /opt/nearcast/
COPY bin/nearcast bin/find-jdk /opt/nearcast/bin/
ENV JAVA_HOME=/opt/java NEARCAST_HOME=/opt/nearcast PATH=/opt/nearcast/bin:/opt/java/bin:/usr/local/bin:/usr/bin:/bin
USER 10001:10001
WORKDIR /var/lib/nearcast
VOLUME /var/lib/nearcast
# Edge, shield, control plane, geo router; admin endpoints are on loopback unless --admin says another.
EXPOSE 8080 8443 8090 7000 8053/udp 8053/tcp 5380
ENTRYPOINT ["/opt/nearcast/bin/nearcast"]
CMD ["help"]
