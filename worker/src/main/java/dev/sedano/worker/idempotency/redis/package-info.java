/** The idempotency store on Redis, Sentinel and Cluster: Lua scripts and the pipelines that call them. Only this package sees Jedis. */
@NullMarked
package dev.sedano.worker.idempotency.redis;

import org.jspecify.annotations.NullMarked;
