package hearth.model.endpoints;

import java.util.Locale;
import java.util.Map;

/// An AWS service as its clients' variables name it, such as `CLOUDWATCH_LOGS`: its service id in upper case, with
/// underscores.
public record ServiceName(String value) implements Comparable<ServiceName> {
    public static final ServiceName LAMBDA = new ServiceName("LAMBDA");
    public static final ServiceName S3 = new ServiceName("S3");
    public static final ServiceName STS = new ServiceName("STS");

    private static final String VARIABLE = "AWS_ENDPOINT_URL_";

    /// Names by which requests are signed, or commands of the AWS CLI called, where the service id is another.
    private static final Map<String, String> OTHERS = Map.ofEntries(
            Map.entry("APIGATEWAY", "API_GATEWAY"),
            Map.entry("APPLICATION_AUTOSCALING", "APPLICATION_AUTO_SCALING"),
            Map.entry("AUTOSCALING", "AUTO_SCALING"),
            Map.entry("CLOUDCONTROLAPI", "CLOUDCONTROL"),
            Map.entry("COGNITO_IDP", "COGNITO_IDENTITY_PROVIDER"),
            Map.entry("CONFIG", "CONFIG_SERVICE"),
            Map.entry("DYNAMODBSTREAMS", "DYNAMODB_STREAMS"),
            Map.entry("ELASTICBEANSTALK", "ELASTIC_BEANSTALK"),
            Map.entry("ELASTICFILESYSTEM", "EFS"),
            Map.entry("ELASTICLOADBALANCING", "ELASTIC_LOAD_BALANCING"),
            Map.entry("ELASTICMAPREDUCE", "EMR"),
            Map.entry("ELB", "ELASTIC_LOAD_BALANCING"),
            Map.entry("ELBV2", "ELASTIC_LOAD_BALANCING_V2"),
            Map.entry("ES", "ELASTICSEARCH_SERVICE"),
            Map.entry("EVENTS", "EVENTBRIDGE"),
            Map.entry("IOTDATA", "IOT_DATA_PLANE"),
            Map.entry("IOT_DATA", "IOT_DATA_PLANE"),
            Map.entry("LOGS", "CLOUDWATCH_LOGS"),
            Map.entry("MONITORING", "CLOUDWATCH"),
            Map.entry("ROUTE53", "ROUTE_53"),
            Map.entry("ROUTE53DOMAINS", "ROUTE_53_DOMAINS"),
            Map.entry("S3CONTROL", "S3_CONTROL"),
            Map.entry("SDB", "SIMPLEDB"),
            Map.entry("SECRETSMANAGER", "SECRETS_MANAGER"),
            Map.entry("SERVICECATALOG", "SERVICE_CATALOG"),
            Map.entry("SERVICEQUOTAS", "SERVICE_QUOTAS"),
            Map.entry("STATES", "SFN"),
            Map.entry("STEPFUNCTIONS", "SFN"),
            Map.entry("TAGGING", "RESOURCE_GROUPS_TAGGING_API"));

    public ServiceName {
        if (!value.matches("[A-Z0-9_]{1,64}")) {
            throw new IllegalArgumentException("No service of AWS is called " + value);
        }
    }

    /// A service by its id, by the name that its requests are signed for, or by its command of the AWS CLI.
    public static ServiceName of(String name) {
        var upper = name.toUpperCase(Locale.ROOT).replace('-', '_').replace(' ', '_');
        return new ServiceName(OTHERS.getOrDefault(upper, upper));
    }

    /// The variable that names its endpoint.
    public String variable() {
        return VARIABLE + value;
    }

    @Override
    public int compareTo(ServiceName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
