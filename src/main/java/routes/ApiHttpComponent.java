package routes;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import javax.net.ssl.HostnameVerifier;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.apache.hc.client5.http.socket.ConnectionSocketFactory;
import org.apache.hc.client5.http.socket.LayeredConnectionSocketFactory;
import org.apache.hc.client5.http.socket.PlainConnectionSocketFactory;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.Registry;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.TimeValue;
import org.jspecify.annotations.Nullable;

/**
 * Camel's HTTP component for requests to an API: it knows no kinds of cookies, and reads the certificates that are trusted
 * with the first request, not at the start; but those that an operator's settings name at the start, where a mistake
 * shows. One instance for each scheme, as Camel has it.
 */
@Component("http,https")
final class ApiHttpComponent extends HttpComponent {

    ApiHttpComponent() {
        // Without one it reads the list of all domains under which names are given out.
        setHttpClientConfigurer(builder -> builder.setDefaultCookieSpecRegistry(name -> null));
    }

    @Override
    protected Registry<ConnectionSocketFactory> createConnectionRegistry(
            HostnameVerifier verifier, @Nullable SSLContextParameters parameters, boolean useSystemProperties)
            throws GeneralSecurityException, IOException {
        if (parameters != null || useSystemProperties) {
            return super.createConnectionRegistry(verifier, parameters, useSystemProperties);
        }
        return RegistryBuilder.<ConnectionSocketFactory>create()
                .register("http", PlainConnectionSocketFactory.getSocketFactory())
                .register("https", new Tls(() -> (LayeredConnectionSocketFactory)
                        super.createConnectionRegistry(verifier, null, false).lookup("https")))
                .build();
    }

    private interface Making {
        LayeredConnectionSocketFactory make() throws GeneralSecurityException, IOException;
    }

    /** Made when it is first needed. */
    private static final class Tls implements LayeredConnectionSocketFactory {

        private final Making making;
        private @Nullable LayeredConnectionSocketFactory made;

        Tls(Making making) {
            this.making = making;
        }

        private synchronized LayeredConnectionSocketFactory factory() throws IOException {
            LayeredConnectionSocketFactory factory = made;
            if (factory == null) {
                try {
                    factory = making.make();
                } catch (GeneralSecurityException e) {
                    throw new IOException("TLS cannot be used: " + e.getMessage(), e);
                }
                made = factory;
            }
            return factory;
        }

        @Override
        public Socket createLayeredSocket(
                Socket socket, String target, int port, @Nullable Object attachment, HttpContext context)
                throws IOException {
            return factory().createLayeredSocket(socket, target, port, attachment, context);
        }

        @Override
        public Socket createLayeredSocket(Socket socket, String target, int port, HttpContext context)
                throws IOException {
            return createLayeredSocket(socket, target, port, null, context);
        }

        @Override
        public Socket createSocket(HttpContext context) throws IOException {
            return factory().createSocket(context);
        }

        @Override
        public Socket connectSocket(
                TimeValue timeout,
                Socket socket,
                HttpHost host,
                InetSocketAddress remote,
                InetSocketAddress local,
                HttpContext context)
                throws IOException {
            return factory().connectSocket(timeout, socket, host, remote, local, context);
        }
    }
}
