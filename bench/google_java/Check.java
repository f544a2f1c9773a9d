import com.google.auth.oauth2.GoogleCredentials;
import com.google.auth.oauth2.ServiceAccountCredentials;
import com.google.cloud.WriteChannel;
import com.google.cloud.bigquery.BigQuery;
import com.google.cloud.bigquery.BigQueryOptions;
import com.google.cloud.bigquery.DatasetInfo;
import com.google.cloud.bigquery.FieldValueList;
import com.google.cloud.bigquery.FormatOptions;
import com.google.cloud.bigquery.Job;
import com.google.cloud.bigquery.JobId;
import com.google.cloud.bigquery.JobInfo;
import com.google.cloud.bigquery.JobStatistics;
import com.google.cloud.bigquery.LoadJobConfiguration;
import com.google.cloud.bigquery.QueryJobConfiguration;
import com.google.cloud.bigquery.TableId;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.BucketInfo;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageClass;
import com.google.cloud.storage.StorageOptions;
import java.io.FileInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/** What lessons 07 to 09 ask of Google Cloud, with clients that get a key, a project and headers, but no address. */
public class Check {
    private static final String LOCATION = "us-central1";
    private static final Map<String, String> HEADERS = Map.of("user-agent", "Kestra/1.3.31");

    public static void main(String[] arguments) throws Exception {
        GoogleCredentials credentials = ServiceAccountCredentials.fromStream(new FileInputStream(arguments[0]));
        String project = ((ServiceAccountCredentials) credentials).getProjectId();
        credentials = credentials.createScoped(List.of("https://www.googleapis.com/auth/cloud-platform"));
        Storage storage = StorageOptions.newBuilder().setCredentials(credentials).setProjectId(project)
            .setHeaderProvider(() -> HEADERS).build().getService();
        BigQuery bigquery = BigQueryOptions.newBuilder().setCredentials(credentials).setProjectId(project)
            .setLocation(LOCATION).setHeaderProvider(() -> HEADERS).build().getService();
        String bucket = project + "-java";
        files(storage, bucket);
        tables(bigquery, bucket, project + ".java.");
        check("a data set is deleted", bigquery.delete("java", BigQuery.DatasetDeleteOption.deleteContents()));
        check("a file is deleted", storage.delete(BlobId.of(bucket, "in/trips.csv")));
        check("a bucket is deleted", storage.delete(bucket));
    }

    private static void files(Storage storage, String bucket) throws Exception {
        check("no bucket yet", storage.get(bucket) == null);
        storage.create(BucketInfo.newBuilder(bucket).setStorageClass(StorageClass.REGIONAL).setLocation(LOCATION).build());
        byte[] trips = "id,fare\n1,2.5\n2,4.5\n".getBytes(StandardCharsets.UTF_8);
        byte[] large = new byte[40 << 20]; // more than one portion of an upload
        new Random(1).nextBytes(large);
        for (Map.Entry<String, byte[]> file : Map.of("in/trips.csv", trips, "in/large", large).entrySet()) {
            BlobId id = BlobId.of(bucket, file.getKey());
            try (WriteChannel writer = storage.writer(BlobInfo.newBuilder(id).build())) {
                writer.write(ByteBuffer.wrap(file.getValue()));
            }
            check(file.getKey() + " comes back", Arrays.equals(storage.readAllBytes(id), file.getValue()));
        }
        check("two files are listed", storage.list(bucket, Storage.BlobListOption.prefix("in/")).streamAll().count() == 2);
        check("the large one is deleted", storage.delete(BlobId.of(bucket, "in/large")));
    }

    private static void tables(BigQuery bigquery, String bucket, String at) throws Exception {
        bigquery.create(DatasetInfo.newBuilder("java").setLocation(LOCATION).build());
        String file = "gs://" + bucket + "/in/trips.csv";
        run(bigquery, "CREATE TABLE `" + at + "all` (id INT64, fare NUMERIC, day TIMESTAMP) PARTITION BY DATE(day)");
        run(bigquery, "CREATE EXTERNAL TABLE `" + at + "ext` (id INT64, fare NUMERIC) "
            + "OPTIONS (format = 'CSV', uris = ['" + file + "'], skip_leading_rows = 1)");
        run(bigquery, "CREATE TABLE `" + at + "month` AS SELECT *, TIMESTAMP '2020-01-01' AS day FROM `" + at + "ext`");
        Job merge = run(bigquery, "MERGE INTO `" + at + "all` AS T USING `" + at + "month` AS S ON T.id = S.id "
            + "WHEN NOT MATCHED THEN INSERT (id, fare, day) VALUES (id, fare, day)");
        JobStatistics.QueryStatistics statistics = merge.getStatistics();
        check("the merge added two rows", statistics.getNumDmlAffectedRows() == 2 && LOCATION.equals(merge.getJobId().getLocation()));
        FieldValueList row = run(bigquery, "SELECT COUNT(*) AS n, SUM(fare) AS fares FROM `" + at + "all`")
            .getQueryResults().iterateAll().iterator().next();
        check("they add up", row.get("n").getLongValue() == 2 && row.get("fares").getDoubleValue() == 7.0);
        Job load = bigquery.create(JobInfo.of(LoadJobConfiguration.newBuilder(TableId.of("java", "loaded"), file)
            .setFormatOptions(FormatOptions.csv()).setAutodetect(true).build())).waitFor();
        check("a load brings them, too", ((JobStatistics.LoadStatistics) load.getStatistics()).getOutputRows() == 2);
    }

    private static Job run(BigQuery bigquery, String sql) throws Exception {
        JobId id = JobId.newBuilder().setJob("java_" + UUID.randomUUID()).setLocation(LOCATION).build();
        Job job = bigquery.create(JobInfo.newBuilder(QueryJobConfiguration.of(sql)).setJobId(id).build()).waitFor();
        JobStatistics.QueryStatistics statistics = job.getStatistics();
        check(statistics.getStatementType() + " went well", job.getStatus().getError() == null);
        return job;
    }

    private static void check(String what, boolean holds) {
        if (!holds) {
            throw new AssertionError("not so: " + what);
        }
        System.out.println(what);
    }
}
