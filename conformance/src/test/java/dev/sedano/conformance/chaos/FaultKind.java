package dev.sedano.conformance.chaos;

import java.util.Arrays;
import java.util.List;

/** What the nemesis does. Faults of different places happen at once, those of one place one after the other. */
enum FaultKind {
    STORE_KILL(Place.STORE),
    STORE_FREEZE(Place.STORE),
    STORE_PAUSE(Place.STORE),
    STORE_SCRIPT_FLUSH(Place.STORE),
    STORE_BUSY(Place.STORE),
    STORE_OUT_OF_MEMORY(Place.STORE),
    STORE_READ_ONLY(Place.STORE),
    LINK_SLOW(Place.LINK),
    LINK_HALF_OPEN(Place.LINK),
    LINK_CUT(Place.LINK),
    LINK_REPLY_LOST(Place.LINK),
    BROKER_CLOSE(Place.BROKER),
    BROKER_KILL(Place.BROKER),
    BROKER_ALARM(Place.BROKER),
    WORKER_KILL(Place.WORKER_1, Place.WORKER_2, Place.WORKER_3),
    WORKER_FREEZE(Place.WORKER_1, Place.WORKER_2, Place.WORKER_3),
    WORKER_TERM(Place.WORKER_1, Place.WORKER_2, Place.WORKER_3);

    /** Where a fault strikes. */
    enum Place {
        STORE(0, 4_000, 14_000, 500, 6_000),
        LINK(1, 3_000, 12_000, 300, 4_000),
        BROKER(2, 12_000, 35_000, 1_000, 5_000),
        WORKER_1(3, 6_000, 25_000, 0, 6_000),
        WORKER_2(4, 6_000, 25_000, 0, 6_000),
        WORKER_3(5, 6_000, 25_000, 0, 6_000);

        private static final int FIRST_WORKER = 3;

        private final int number;
        private final int leastGap;
        private final int mostGap;
        private final int leastLength;
        private final int mostLength;

        /** A number that seeds its plan; in milliseconds, how long it is left alone and how long a fault lasts. */
        Place(int number, int leastGap, int mostGap, int leastLength, int mostLength) {
            this.number = number;
            this.leastGap = leastGap;
            this.mostGap = mostGap;
            this.leastLength = leastLength;
            this.mostLength = mostLength;
        }

        int number() {
            return number;
        }

        int leastGap() {
            return leastGap;
        }

        int mostGap() {
            return mostGap;
        }

        int leastLength() {
            return leastLength;
        }

        int mostLength() {
            return mostLength;
        }

        List<FaultKind> kinds() {
            return Arrays.stream(FaultKind.values())
                    .filter(kind -> kind.places.contains(this))
                    .toList();
        }

        boolean isWorker() {
            return number >= FIRST_WORKER;
        }

        /** Which worker: 0, 1 or 2. */
        int worker() {
            return number - FIRST_WORKER;
        }
    }

    private final List<Place> places;

    FaultKind(Place... places) {
        this.places = List.of(places);
    }
}
