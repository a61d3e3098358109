package io.nearcast.control.store.consul;

import java.nio.charset.StandardCharsets;

/**
 * Where things are in Consul's KV store, all below one prefix.
 *
 * <pre>
 * PREFIX/head                      {"log":UUID,"revision":12,"head":9}; every commit compares and sets it
 * PREFIX/commits/0000000000000012  {"id":UUID,"first":9,"last":9,"keys":["pops/fra"],"deleted":[]}; which commit wrote what
 * PREFIX/entries/0000000000000009  the entry
 * PREFIX/documents/pops/fra        the document
 * PREFIX/lock                      held by the session of the control plane that compacts the log
 * PREFIX/replicas/ID               what a control plane says of its leases, which only it writes
 * PREFIX/replicas/before-LOG       stands for all who gave leases before the log was there
 * PREFIX/notices/NAME              what one control plane tells the others, beside all commits
 * </pre>
 *
 * @param prefix without a slash at either end
 */
record Keys(String prefix) {
  /** The value of a record that says nothing. */
  static final byte[] NOTHING_SAID = "{}".getBytes(StandardCharsets.UTF_8);

  String head() {
    return prefix + "/head";
  }

  String commit(long revision) {
    return prefix + "/commits/" + digits(revision);
  }

  String entry(long sequence) {
    return prefix + "/entries/" + digits(sequence);
  }

  String document(String key) {
    return prefix + "/documents/" + key;
  }

  String replica(String id) {
    return prefix + "/replicas/" + id;
  }

  /**
   * A record of nobody, written with a log that takes the place of another one: nothing is known of
   * the leases that were given before, so purges wait until it is removed as any that is left over
   * (PURGE.md rule 16).
   */
  String before(String log) {
    return replica("before-" + log);
  }

  /** The id of a record's key in Consul. */
  String replicaId(String key) {
    return key.substring(replica("").length());
  }

  String notice(String name) {
    return prefix + "/notices/" + name;
  }

  /** The notice's name of a key in Consul. */
  String noticeName(String key) {
    return key.substring(notice("").length());
  }

  /** The document's key of a key in Consul. */
  String documentKey(String key) {
    return key.substring(document("").length());
  }

  /** What the keys of all entries begin with. */
  String entries() {
    return prefix + "/entries/";
  }

  /** What the keys of all records of commits begin with. */
  String commits() {
    return prefix + "/commits/";
  }

  /** The lock of whoever tidies up. */
  String lock() {
    return prefix + "/lock";
  }

  /** The number at the end of a key. */
  static long number(String key) {
    return Long.parseLong(key.substring(key.lastIndexOf('/') + 1));
  }

  private static String digits(long number) {
    return String.format("%016d", number);
  }
}
