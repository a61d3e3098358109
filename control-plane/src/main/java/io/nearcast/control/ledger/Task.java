package io.nearcast.control.ledger;

/** What the ledger's thread has to do next. */
sealed interface Task permits Pending, Task.CatchUp, Task.Stop {

  /** To read what others have written. */
  enum CatchUp implements Task {
    /** All are alike. */
    INSTANCE
  }

  /** To decide what waits, and to end. */
  enum Stop implements Task {
    /** All are alike. */
    INSTANCE
  }
}
