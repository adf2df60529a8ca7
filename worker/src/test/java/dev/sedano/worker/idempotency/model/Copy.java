package dev.sedano.worker.idempotency.model;

/**
 * One copy of a message in the broker.
 *
 * @param id which task id it carries (0 or 1, both with the same explicit key)
 * @param payload 0, or 1 where another id brings another payload
 * @param nest how often the task was replaced
 * @param retries how often it was retried since
 * @param redelivered whether an earlier delivery of this copy came back
 */
record Copy(int id, int payload, int nest, int retries, boolean redelivered) {
    Copy returned() {
        return redelivered ? this : new Copy(id, payload, nest, retries, true);
    }

    Copy retry() {
        return new Copy(id, payload, nest, retries + 1, false);
    }

    Copy replacement() {
        return new Copy(id, payload, nest + 1, 0, false);
    }

    /** What really is one attempt, whatever the design makes of it. */
    int generation() {
        return nest * 2 + retries;
    }

    /** Replacing a task changes what it is called with. */
    int fingerprint() {
        return payload * 2 + nest;
    }

    /** The attempt's number in the record: nesting counts more than all retries. */
    int attempt(Scenario scenario) {
        if (scenario.has(Flaw.REPLACE_IS_SAME_ATTEMPT)) {
            return retries;
        }
        return scenario.has(Flaw.NESTING_ADDS_TO_RETRIES) ? nest + retries : nest * 2 + retries;
    }

    int code() {
        return 1 + (redelivered ? 1 : 0) + id * 2 + payload * 4 + generation() * 8;
    }

    @Override
    public String toString() {
        return "id" + id + (payload > 0 ? "'" : "") + (nest > 0 ? " replaced " + nest : "")
                + (retries > 0 ? " retry " + retries : "") + (redelivered ? " redelivered" : "");
    }
}
