package dev.sedano.worker.simulation;

/** What events belong to: when it is dead they never happen, while it is frozen they wait. */
interface Host {
    /** The world itself: never dead, never frozen. */
    Host WORLD = new Host() {
        @Override
        public boolean isDead() {
            return false;
        }

        @Override
        public long frozenUntil() {
            return 0;
        }
    };

    /** Whether its events are to be dropped. */
    boolean isDead();

    /** Virtual microseconds before which none of its events happens. */
    long frozenUntil();
}
