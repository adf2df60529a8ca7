/** The idempotency store on Redis: Lua scripts and the pipeline that calls them. Only this package sees Jedis. */
@NullMarked
package dev.sedano.worker.idempotency.redis;

import org.jspecify.annotations.NullMarked;
