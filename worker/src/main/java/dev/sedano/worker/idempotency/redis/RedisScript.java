package dev.sedano.worker.idempotency.redis;

/** The scripts of the store; each is the prologue, perhaps the part that settles blocks, and its own file. */
enum RedisScript {
    HELLO("hello", false),
    CLAIM("claim", false),
    RENEW("renew", false),
    COMPLETE("complete", true),
    RELEASE("release", false),
    REPORT_BLOCKED("report_blocked", true);

    private final String file;
    private final boolean settlesBlocks;

    RedisScript(String file, boolean settlesBlocks) {
        this.file = file;
        this.settlesBlocks = settlesBlocks;
    }

    /** The script's name in metrics and of its file. */
    String file() {
        return file;
    }

    boolean settlesBlocks() {
        return settlesBlocks;
    }
}
