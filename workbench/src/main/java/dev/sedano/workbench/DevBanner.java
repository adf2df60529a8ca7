package dev.sedano.workbench;

import java.util.List;
import java.util.stream.Collectors;

/** What {@code sedano dev} says once it is ready: at most 12 lines, the Python ones ready to paste. */
record DevBanner(String brokerUrl, String storeUrl, String queue, List<String> tasks, String metricsUrl) {
    private static final int TASKS_SHOWN = 8;

    String text() {
        String python = queue.equals("celery") ? "" : ", queue='" + queue + "'";
        return """

                Sedano is running; Ctrl-C stops it.
                  broker   %s
                  store    %s
                  queue    %s
                  tasks    %s
                  metrics  %s
                Python (pip install 'celery[redis]'):
                  from celery import Celery
                  app = Celery(broker='%s', backend='%s')
                  app.send_task('examples.add', (2, 3)%s).get(timeout=5)""".formatted(
                        withoutPassword(brokerUrl),
                        withoutPassword(storeUrl),
                        queue,
                        names(),
                        metricsUrl,
                        withoutPassword(brokerUrl),
                        withoutPassword(storeUrl),
                        python);
    }

    private String names() {
        String shown = tasks.stream().limit(TASKS_SHOWN).collect(Collectors.joining(", "));
        return tasks.size() <= TASKS_SHOWN ? shown : shown + " and " + (tasks.size() - TASKS_SHOWN) + " more";
    }

    /** A password that was given is not printed; guest's is no secret, and the lines work when pasted. */
    static String withoutPassword(String url) {
        return url.contains("://guest:guest@") ? url : url.replaceAll("(://[^/:@]*:)[^/]*@", "$1***@");
    }
}
