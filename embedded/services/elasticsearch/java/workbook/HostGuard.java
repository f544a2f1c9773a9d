package workbook;

import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import org.elasticsearch.ElasticsearchStatusException;
import org.elasticsearch.action.ActionListener;
import org.elasticsearch.action.ActionRequest;
import org.elasticsearch.action.ActionResponse;
import org.elasticsearch.action.support.ActionFilter;
import org.elasticsearch.action.support.ActionFilterChain;
import org.elasticsearch.common.util.concurrent.ThreadContext;
import org.elasticsearch.plugins.ActionPlugin;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.rest.RestHeaderDefinition;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.tasks.Task;

/**
 * Refuses requests whose {@code Host} is no name of this machine.
 *
 * <p>A page whose owner points its name at the loopback address (DNS rebinding) has the node for its own site, so that the
 * node's check of {@code Origin} lets it pass. The node hands named headers of a request on to its actions: there they are
 * looked at.
 */
public final class HostGuard extends Plugin implements ActionPlugin {
    private static final String HOST = "Host";
    private static final Pattern OWN = Pattern.compile(
        "(?:(?:[a-z0-9-]+\\.)*localhost\\.?|127(?:\\.\\d{1,3}){3}|\\[::1]|\\[::ffff:127(?:\\.\\d{1,3}){3}])(?::\\d{0,5})?",
        Pattern.CASE_INSENSITIVE);

    private volatile ThreadContext context;

    @Override
    public Collection<?> createComponents(PluginServices services) {
        context = services.threadPool().getThreadContext();
        return List.of();
    }

    @Override
    public Collection<RestHeaderDefinition> getRestHeaders() {
        return List.of(new RestHeaderDefinition(HOST, false));
    }

    @Override
    public Collection<ActionFilter> getActionFilters() {
        return List.of(new Filter());
    }

    private final class Filter implements ActionFilter {
        @Override
        public int order() {
            return Integer.MIN_VALUE;
        }

        @Override
        public <Request extends ActionRequest, Response extends ActionResponse> void apply(
            Task task,
            String action,
            Request request,
            ActionListener<Response> listener,
            ActionFilterChain<Request, Response> chain) {
            String host = context.getHeader(HOST);
            if (host == null || OWN.matcher(host).matches()) {
                chain.proceed(task, action, request, listener);
            } else {
                listener.onFailure(new ElasticsearchStatusException(
                    "Host [{}] is not a name of this service: use localhost", RestStatus.FORBIDDEN, host));
            }
        }
    }
}
