package dev.sedano.worker.idempotency.model;

import java.util.Arrays;

/** Numbers the hashes of states in the order of their arrival. */
final class HashIndex {
    private long[] keys = new long[1 << 12];
    private int[] numbers = new int[1 << 12];
    private int size;

    HashIndex() {
        Arrays.fill(numbers, -1);
    }

    int size() {
        return size;
    }

    /** The number of a known hash, or -1 - (the number that it has got now). */
    int put(long hash) {
        int at = find(hash);
        if (numbers[at] >= 0) {
            return numbers[at];
        }
        if (size * 2 >= keys.length) {
            grow();
            at = find(hash);
        }
        keys[at] = hash;
        numbers[at] = size;
        return -1 - size++;
    }

    private int find(long hash) {
        int mask = keys.length - 1;
        int at = (int) hash & mask;
        while (numbers[at] >= 0 && keys[at] != hash) {
            at = at + 1 & mask;
        }
        return at;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldNumbers = numbers;
        keys = new long[oldKeys.length * 2];
        numbers = new int[oldKeys.length * 2];
        Arrays.fill(numbers, -1);
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldNumbers[i] >= 0) {
                int at = find(oldKeys[i]);
                keys[at] = oldKeys[i];
                numbers[at] = oldNumbers[i];
            }
        }
    }
}
