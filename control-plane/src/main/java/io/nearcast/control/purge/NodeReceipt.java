package io.nearcast.control.purge;

import org.jspecify.annotations.Nullable;

/**
 * How far a purge is at one node.
 *
 * @param id the node's id
 * @param state whether it has applied the purge
 * @param matched how many stored responses it was about there, null until the node has said
 */
public record NodeReceipt(String id, ReceiptState state, @Nullable Long matched) {

  NodeReceipt withMatched(@Nullable Long count) {
    return new NodeReceipt(id, state, count);
  }
}
