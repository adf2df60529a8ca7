package dev.sedano.worker.address;

import java.util.ArrayList;
import java.util.List;

/**
 * A URL with several hosts, {@code scheme://login@h1:1,h2:2/path?query}, or Celery's {@code scheme://h1:1;scheme://h2:2/path}.
 *
 * @param head scheme and login, up to the first host
 * @param tail path and query
 */
record HostList(String head, List<String> hosts, String tail) {
    static HostList split(String url) {
        int start = url.indexOf("://") + 3;
        String scheme = url.substring(0, start);
        int end = url.length();
        for (char mark : new char[] {'/', '?'}) {
            // The path begins after the last host, and further schemes hold slashes of their own.
            int at = url.indexOf(mark, url.lastIndexOf("://") + 3);
            end = at < 0 ? end : Math.min(end, at);
        }
        String authority = url.substring(start, end);
        String login = "";
        List<String> hosts = new ArrayList<>();
        for (String each : authority.split("[;,]", -1)) {
            String item = each.strip();
            String bare = item.startsWith(scheme) ? item.substring(scheme.length()) : item;
            int at = bare.lastIndexOf('@');
            if (at >= 0 && login.isEmpty()) {
                login = bare.substring(0, at + 1);
            }
            hosts.add(bare.substring(at + 1));
        }
        return new HostList(scheme + login, List.copyOf(hosts), url.substring(end));
    }

    /** A URL with this host alone. */
    String withHost(String host) {
        return head + host + tail;
    }
}
