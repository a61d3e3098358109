package io.nearcast.edge.store;

/**
 * What a store holds at one moment.
 *
 * @param responses how many responses, each variant counted
 * @param bytes what they weigh: body memory, and an estimate of heap, as it counts against bytesMax
 * @param bytesMax the weight above which it evicts
 * @param evicted how many responses it has evicted since it was opened, those included that it did
 *     not admit in the first place
 * @param bodyBytesMax the bound of body memory, growing and evicted bodies included
 * @param bodyBytesReserved body memory that was taken from the system
 * @param bodyBytesUsed body memory that bodies hold
 * @param bodyBytesWasted the part of it that holds nothing, at the ends of bodies
 */
public record StoreStats(
    long responses,
    long bytes,
    long bytesMax,
    long evicted,
    long bodyBytesMax,
    long bodyBytesReserved,
    long bodyBytesUsed,
    long bodyBytesWasted) {}
